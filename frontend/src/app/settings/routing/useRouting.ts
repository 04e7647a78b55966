import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { request } from '@/shared/api/http';
import { loadSession } from '@/shared/api/session';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { act } from '../act';
import { workspaceQuery } from '../SendingBanner';
import type { Routing, RoutingUpdate, Workspace } from '../types';

const KEY = ['routing'] as const;
/** What changes who has how many. */
const TELLS = new Set([
  'routing_changed',
  'team_changed',
  'availability_changed',
  'agent_changed',
  'conversation_changed',
  'message_received',
  'message_queued',
]);
const ASKED_EVERY_MS = 2_000;

/** How conversations find somebody, and who has how many now: asked again when something happened, not for each of it. */
export function useRouting() {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges(({ events }) => {
      if (timer !== undefined || !events.some(({ kind }) => TELLS.has(kind))) return;
      timer = setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: KEY });
      }, ASKED_EVERY_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queries]);
  return useQuery({ queryKey: KEY, queryFn: () => request<Routing>('GET', '/api/routing') });
}

/** Saves at once, says so and offers to take it back. */
export function useChangeRouting(): (change: RoutingUpdate, before: RoutingUpdate) => void {
  const queries = useQueryClient();
  const patch = async (body: RoutingUpdate) => {
    await queries.cancelQueries({ queryKey: KEY });
    queries.setQueryData<Routing>(KEY, await request<Routing>('PATCH', '/api/routing', { body }));
  };
  return (change, before) =>
    void act(() => patch(change), {
      done: t('common.saved'),
      undo: () => void act(() => patch(before), { done: t('routing.undone') }),
    });
}

export type AwaySettings = Pick<Workspace['settings'], 'away_after_min' | 'vanished_after_min' | 'absent_after_min'>;

/** The minutes after which somebody is away; every desk of the workspace follows them. */
export function useAwaySettings() {
  const queries = useQueryClient();
  const query = useQuery(workspaceQuery);
  const patch = async (settings: Partial<AwaySettings>) => {
    await request('PATCH', '/api/workspace', { body: { settings } });
    await Promise.all([queries.invalidateQueries({ queryKey: workspaceQuery.queryKey }), loadSession()]);
  };
  const change = (wanted: Partial<AwaySettings>, before: Partial<AwaySettings>) =>
    void act(() => patch(wanted), {
      done: t('common.saved'),
      undo: () => void act(() => patch(before), { done: t('routing.undone') }),
    });
  return { settings: query.data?.settings, change };
}
