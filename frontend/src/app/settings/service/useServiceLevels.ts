import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { request } from '@/shared/api/http';
import { onChanges } from '@/shared/feed/feed';
import type { ServiceLevel, ServiceLevelList, Target } from '../types';

const KEY = ['service-levels'] as const;
const TELLS = new Set(['sla_policy_changed']);
const RECOUNT_EVERY_MS = 1_000;
const USUAL_EVERY_MS = 60_000;

/** What is promised to whom, in its order; asked for again when somebody changes it, and while clocks are counted. */
export function useServiceLevels() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onChanges(
        ({ events }) =>
          void (events.some(({ kind }) => TELLS.has(kind)) && queries.invalidateQueries({ queryKey: KEY })),
      ),
    [queries],
  );
  return useQuery({
    queryKey: KEY,
    queryFn: () => request<ServiceLevelList>('GET', '/api/sla-policies'),
    refetchInterval: ({ state }) => (state.data?.recount ? RECOUNT_EVERY_MS : USUAL_EVERY_MS),
  });
}

export interface LevelBody {
  readonly name: string;
  readonly filter: ServiceLevel['filter'];
  readonly first_reply: Target | null;
  readonly next_reply: Target | null;
  readonly resolution: Target | null;
}

export function bodyOf({ name, filter, first_reply, next_reply, resolution }: LevelBody): LevelBody {
  return { name, filter, first_reply, next_reply, resolution };
}

/** Every change of the list; each can be taken back by another one. */
export function useLevelChanges() {
  const queries = useQueryClient();
  const known = () => queries.getQueryData<ServiceLevelList>(KEY)?.items ?? [];
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await queries.invalidateQueries({ queryKey: KEY });
    }
  };
  const order = (ids: readonly string[]) => {
    // The row stands where it was put at once.
    queries.setQueryData<ServiceLevelList>(
      KEY,
      (list) => list && { ...list, items: [...list.items].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)) },
    );
    return told(request('PUT', '/api/sla-policies/order', { body: { policy_ids: ids } }));
  };
  const create = (level: LevelBody) =>
    told(request<ServiceLevel>('POST', '/api/sla-policies', { body: bodyOf(level) }));
  return {
    create,
    order,
    change: (id: string, level: LevelBody) =>
      told(request<ServiceLevel>('PATCH', `/api/sla-policies/${id}`, { body: bodyOf(level) })),
    remove: (id: string) => told(request('DELETE', `/api/sla-policies/${id}`)),
    /** One that was deleted, in its old place, under a new id. */
    restore: async (level: ServiceLevel, place: number) => {
      const made = await create(level);
      const others = known().flatMap(({ id }) => (id === made.id ? [] : [id]));
      await order([...others.slice(0, place), made.id, ...others.slice(place)]);
    },
  };
}
