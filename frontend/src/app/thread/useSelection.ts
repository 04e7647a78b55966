/** Choosing several messages of a thread. */
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Id, Message } from '@/shared/api/types';
import type { Selection } from './Bubble';
import type { ThreadRow } from './rows';

export interface Choosing {
  /** Null: nothing is being chosen. */
  readonly selection: Selection | null;
  /** In the order of the thread. */
  readonly chosen: readonly Message[];
  readonly begin: (message: Message) => void;
  readonly end: () => void;
}

export function useSelection(rows: readonly ThreadRow[]): Choosing {
  const [ids, setIds] = useState<ReadonlySet<Id> | null>(null);
  const latest = useRef<{ rows: readonly ThreadRow[]; last: Id | null }>({ rows, last: null });
  latest.current.rows = rows;

  const toggle = useCallback((id: Id, isRange: boolean) => {
    const { rows: shown, last } = latest.current;
    latest.current.last = id;
    setIds((before) => {
      const next = new Set(before);
      if (isRange && last !== null) for (const one of between(shown, last, id)) next.add(one);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const selection = useMemo(() => ids && { ids, toggle }, [ids, toggle]);
  const chosen = useMemo(
    () =>
      ids === null
        ? []
        : rows.flatMap((row) => (row.kind === 'message' && ids.has(row.shown.message.id) ? [row.shown.message] : [])),
    [ids, rows],
  );
  return {
    selection,
    chosen,
    begin: useCallback((message: Message) => {
      latest.current.last = message.id;
      setIds(new Set([message.id]));
    }, []),
    end: useCallback(() => setIds(null), []),
  };
}

function between(rows: readonly ThreadRow[], a: Id, b: Id): Id[] {
  const messages = rows.flatMap((row) => (row.kind === 'message' && !row.shown.unsent ? [row.shown.message.id] : []));
  const places = [messages.indexOf(a), messages.indexOf(b)].sort((x, y) => x - y);
  return messages.slice(places[0], (places[1] ?? 0) + 1);
}
