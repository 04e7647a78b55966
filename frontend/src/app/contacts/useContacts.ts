/** Pages of the list of contacts, and what is known of them as the feed tells it. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { request } from '@/shared/api/http';
import type { ContactRow } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';

export const ORDERS = ['name', 'name_back', 'newest', 'oldest'] as const;
export type ContactOrder = (typeof ORDERS)[number];

interface ContactPage {
  readonly items: ContactRow[];
  readonly next: string | null;
}

const PAGE = 100;

export function useContacts(search: string, order: ContactOrder) {
  const wanted = useDeferredValue(search.trim());
  const epoch = useStore((state) => state.epoch);
  return useInfiniteQuery({
    queryKey: ['contacts', wanted, order, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      request<ContactPage>('GET', '/api/contacts', {
        query: { search: wanted, order, limit: PAGE, after: pageParam || undefined },
        signal,
      }),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    staleTime: 0,
  });
}
