import { useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import { useOrder, useRefreshAfter, useRefreshOn } from '../parts/lists';
import type { ServiceLevel, ServiceLevelList, Target } from '../types';

const KEY = ['service-levels'] as const;
const TELLS = new Set(['sla_policy_changed']);
const RECOUNT_EVERY_MS = 1_000;
const USUAL_EVERY_MS = 60_000;

/** What is promised to whom, in its order; asked for again when somebody changes it, and while clocks are counted. */
export function useServiceLevels() {
  useRefreshOn(KEY, TELLS);
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
  const told = useRefreshAfter(KEY);
  const { order, place } = useOrder(KEY, (ids) =>
    request('PUT', '/api/sla-policies/order', { body: { policy_ids: ids } }),
  );
  const create = (level: LevelBody) =>
    told(request<ServiceLevel>('POST', '/api/sla-policies', { body: bodyOf(level) }));
  return {
    create,
    order,
    change: (id: string, level: LevelBody) =>
      told(request<ServiceLevel>('PATCH', `/api/sla-policies/${id}`, { body: bodyOf(level) })),
    remove: (id: string) => told(request('DELETE', `/api/sla-policies/${id}`)),
    /** One that was deleted, in its old place, under a new id. */
    restore: async (level: ServiceLevel, at: number) => place((await create(level)).id, at),
  };
}
