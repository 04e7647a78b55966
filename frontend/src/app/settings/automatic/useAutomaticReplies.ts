import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { request } from '@/shared/api/http';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { showToast } from '@/shared/ui/Toast';
import { act } from '../act';
import { isSamePlace, type AutomaticReply, type Kind, type Place } from './types';

const KEY = ['automatic-replies'] as const;
const TELLS = new Set(['automatic_reply_changed', 'team_deleted', 'channel_disconnected']);

/** All greetings and away messages; asked for again when somebody changes one. */
export function useAutomaticReplies() {
  const queries = useQueryClient();
  useEffect(
    () => onChanges(({ events }) => void (events.some(({ kind }) => TELLS.has(kind)) && refresh(queries))),
    [queries],
  );
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await request<{ items: AutomaticReply[] }>('GET', '/api/automatic-replies')).items,
  });
}

async function refresh(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: KEY });
  await queries.invalidateQueries({ queryKey: ['automatic-preview'] });
}

export type Said = Pick<AutomaticReply, 'is_on' | 'wordings' | 'expected_min'>;

export function find(items: readonly AutomaticReply[], kind: Kind, place: Place): AutomaticReply | undefined {
  return items.find((one) => one.kind === kind && isSamePlace(one, place));
}

/** Saves what is said in a place, says so and offers to take it back. Throws what the server says against it. */
export function useAutomaticEdit(items: readonly AutomaticReply[]) {
  const queries = useQueryClient();

  async function put(kind: Kind, place: Place, { is_on, wordings, expected_min }: Said): Promise<AutomaticReply> {
    const { channel_id, team_id } = place;
    const body = { kind, channel_id, team_id, is_on, wordings, expected_min };
    const saved = await request<AutomaticReply>('PUT', '/api/automatic-replies', { body });
    await refresh(queries);
    return saved;
  }

  async function remove(id: string): Promise<void> {
    await request('DELETE', `/api/automatic-replies/${id}`);
    await refresh(queries);
  }

  function restore(kind: Kind, place: Place, before: AutomaticReply | undefined, savedId: string): void {
    void act(() => (before ? put(kind, place, before) : remove(savedId)), { done: t('automatic.undone') });
  }

  return {
    async save(kind: Kind, place: Place, said: Said): Promise<void> {
      const before = find(items, kind, place);
      const saved = await put(kind, place, said);
      showToast(t('common.saved'), { undo: () => restore(kind, place, before, saved.id) });
    },
    async remove(reply: AutomaticReply): Promise<void> {
      await act(() => remove(reply.id), {
        done: t('automatic.removed'),
        undo: () => void act(() => put(reply.kind, reply, reply), { done: t('automatic.undone') }),
      });
    },
  };
}
