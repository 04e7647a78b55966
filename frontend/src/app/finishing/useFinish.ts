import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { fetchAbsent, fetchLeft } from './calls';

const SETTLES_MS = 300;
const CONCERNS =
  /^(conversation_|message_received|scheduled_changed|availability_changed|agent_changed|shift_finished)/;

/** Asked again when something happened to a conversation or an agent; a burst is one thing that happened. */
function useFresh(key: readonly string[]): void {
  const queries = useQueryClient();
  const name = key.join(' ');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges(({ events }) => {
      if (!events.some(({ kind }) => CONCERNS.test(kind))) return;
      clearTimeout(timer);
      timer = setTimeout(() => void queries.invalidateQueries({ queryKey: name.split(' ') }), SETTLES_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [queries, name]);
}

export function useLeft(agentId: Id) {
  useFresh(['left', agentId]);
  return useQuery({ queryKey: ['left', agentId], queryFn: () => fetchLeft(agentId), gcTime: 0 });
}

export function useAbsent() {
  useFresh(['absent']);
  return useQuery({ queryKey: ['absent'], queryFn: fetchAbsent, refetchInterval: 60_000 });
}
