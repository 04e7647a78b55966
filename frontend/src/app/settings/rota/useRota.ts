/** The rota of a week and who is on now; and what changes it, each saved at once. */

import { useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import type { Id, RotaNow } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { showToast } from '@/shared/ui/Toast';
import { act } from '../act';
import { useRefreshAfter, useRefreshOn } from '../parts/lists';
import type { RotaChange, RotaPlan, RotaSheet } from '../types';
import type { Week } from '../hours/week';
import type { Day } from './sheet';

const KEY = ['rota'] as const;
const TELLS = new Set(['rota_changed', 'team_changed', 'team_deleted', 'agent_changed', 'calendar_changed']);
const AGAIN_MS = 60_000;

export function useRotaSheet(days: readonly Day[]) {
  useRefreshOn(KEY, TELLS);
  const iso = (ms: number) => new Date(ms).toISOString();
  const between = { starts_at: iso(days[0]?.start ?? 0), ends_at: iso(days.at(-1)?.end ?? 0) };
  return useQuery({
    queryKey: [...KEY, between.starts_at],
    queryFn: () => request<RotaSheet>('GET', `/api/rota?${new URLSearchParams(between).toString()}`),
    placeholderData: (before) => before,
  });
}

export function useRotaNow() {
  return useQuery({
    queryKey: [...KEY, 'now'],
    queryFn: () => request<RotaNow>('GET', '/api/rota/now'),
    refetchInterval: AGAIN_MS,
  });
}

export interface PlanWish {
  readonly from_day: string;
  readonly zone: string;
  readonly weeks: readonly Week[];
}

export interface RotaEdit {
  /** Throws what the server says against it. `before`: what began on the same day. */
  readonly plan: (agentId: Id, wish: PlanWish, before: RotaPlan | undefined) => Promise<void>;
  readonly deletePlan: (plan: RotaPlan) => Promise<void>;
  /** Throws; says whether it holds or was asked. */
  readonly ask: (path: 'days-off' | 'extra-shifts' | 'swaps', body: object) => Promise<void>;
  readonly decide: (change: RotaChange, isAccepted: boolean) => Promise<void>;
  readonly withdraw: (change: RotaChange) => Promise<void>;
}

export function useRotaEdit(): RotaEdit {
  const told = useRefreshAfter(KEY);
  const pathOf = (agentId: Id) => `/api/rota/agents/${agentId}/plans`;
  const put = (agentId: Id, body: PlanWish) => told(request('PUT', pathOf(agentId), { body }));
  const remove = (agentId: Id, day: string) => told(request('DELETE', `${pathOf(agentId)}?from_day=${day}`));
  const withdrawn = ({ id }: RotaChange) => told(request('POST', `/api/rota/changes/${id}/withdraw`));
  const decided = ({ id }: RotaChange, is_accepted: boolean) =>
    told(request('POST', `/api/rota/changes/${id}/decide`, { body: { is_accepted } }));
  const undoing = (work: () => Promise<unknown>) => () => void act(work, { done: t('rota.undone') });
  return {
    plan: async (agentId, wish, before) => {
      await put(agentId, wish);
      const undo = () => (before ? put(agentId, before) : remove(agentId, wish.from_day));
      showToast(t('rota.plan_saved'), { undo: undoing(undo) });
    },
    deletePlan: async (plan) => {
      const done = { done: t('rota.plan_deleted'), undo: undoing(() => put(plan.agent_id, plan)) };
      await act(() => remove(plan.agent_id, plan.from_day), done);
    },
    ask: async (path, body) => {
      const change = await told(request<RotaChange>('POST', `/api/rota/${path}`, { body }));
      const text = change.state === 'accepted' ? t(`rota.saved_${change.kind}`) : t('rota.sent');
      showToast(text, { undo: undoing(() => withdrawn(change)) });
    },
    decide: async (change, isAccepted) => {
      await act(() => decided(change, isAccepted), { done: t(isAccepted ? 'rota.accepted' : 'rota.refused') });
    },
    withdraw: async (change) => {
      // What holds can be put back by whoever could take it away.
      const undo = change.state === 'accepted' ? undoing(() => decided(change, true)) : undefined;
      await act(() => withdrawn(change), { done: t('rota.withdrawn'), undo });
    },
  };
}
