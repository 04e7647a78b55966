import { useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import type { Channel, ChannelType } from '../types';

/** All channels of the workspace, the practice number among them. Looked at again while their page is open. */
export function useChannels() {
  return useQuery({
    queryKey: ['channels'],
    queryFn: async () => (await request<{ items: Channel[] }>('GET', '/api/channels')).items,
    refetchInterval: 15_000,
  });
}

export function useChannelTypes() {
  return useQuery({
    queryKey: ['channel-types'],
    queryFn: async () => (await request<{ items: ChannelType[] }>('GET', '/api/channel-types')).items,
    staleTime: Infinity,
  });
}
