/** Lists of the settings: asked for again when somebody changes them, and put into another order. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { onChanges } from '@/shared/feed/feed';

type Key = readonly [string];

interface List {
  readonly items: readonly { readonly id: string }[];
}

/** What is asked under this key is asked again when an event of these kinds is heard. */
export function useRefreshOn(key: Key, kinds: ReadonlySet<string>): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      onChanges(
        ({ events }) =>
          void (events.some(({ kind }) => kinds.has(kind)) && queries.invalidateQueries({ queryKey: key })),
      ),
    [queries, key, kinds],
  );
}

/** Wraps work that changes what is asked under this key: whoever does it sees it anew, also when it is refused. */
export function useRefreshAfter(key: Key): <T>(work: Promise<T>) => Promise<T> {
  const queries = useQueryClient();
  return async (work) => {
    try {
      return await work;
    } finally {
      await queries.invalidateQueries({ queryKey: key });
    }
  };
}

/** Puts the list under this key into an order. `send` tells the server the ids as they are to stand. */
export function useOrder(key: Key, send: (ids: readonly string[]) => Promise<unknown>) {
  const queries = useQueryClient();
  const told = useRefreshAfter(key);
  const order = (ids: readonly string[]) => {
    // The row stands where it was put at once.
    queries.setQueryData<List>(
      key,
      (list) => list && { ...list, items: [...list.items].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)) },
    );
    return told(send(ids));
  };
  /** One that was just made goes to this place among the others. */
  const place = (id: string, at: number) => {
    const known = queries.getQueryData<List>(key)?.items ?? [];
    const others = known.flatMap((one) => (one.id === id ? [] : [one.id]));
    return order([...others.slice(0, at), id, ...others.slice(at)]);
  };
  return { order, place };
}
