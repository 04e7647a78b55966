/** Pages of the list of contacts, the segments that name some of them, and how many are meant. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { request } from '@/shared/api/http';
import type { ContactRow, Filter, Id } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';

export const ORDERS = ['name', 'name_back', 'newest', 'oldest'] as const;
export type ContactOrder = (typeof ORDERS)[number];

export interface Segment {
  readonly id: Id;
  readonly name: string;
  readonly filter: Filter;
}

interface ContactPage {
  readonly items: ContactRow[];
  readonly next: string | null;
  /** When it was asked for, by the page's clock. */
  readonly askedAt: number;
}

const PAGE = 100;

export function useContacts(search: string, filter: Filter, order: ContactOrder, isWanted: boolean) {
  const wanted = useDeferredValue(search.trim());
  const epoch = useStore((state) => state.epoch);
  return useInfiniteQuery({
    queryKey: ['contacts', wanted, filter, order, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fetchPage(wanted, filter, order, pageParam || null, signal),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    staleTime: 0,
    enabled: isWanted,
  });
}

/** The contacts of one column of a board, page by page. */
export function useColumnContacts(search: string, filter: Filter) {
  const epoch = useStore((state) => state.epoch);
  return useInfiniteQuery({
    queryKey: ['contacts', 'board', search, filter, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fetchPage(search, filter, 'name', pageParam || null, signal),
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
}

export function useSegments(): readonly Segment[] {
  const epoch = useStore((state) => `${state.epoch} ${state.fieldEpoch}`);
  const query = useQuery({
    queryKey: ['segments', epoch],
    queryFn: () => request<{ items: Segment[] }>('GET', '/api/segments'),
    placeholderData: (before) => before,
  });
  return query.data?.items ?? [];
}

export interface ContactCount {
  readonly total: number;
  readonly is_more: boolean;
}

/** How many a search and a filter mean, asked for only where it is wanted. */
export function useContactCount(search: string, filter: Filter, isWanted: boolean): ContactCount | undefined {
  const epoch = useStore((state) => state.epoch);
  const query = useQuery({
    queryKey: ['contacts', 'count', search, filter, epoch],
    queryFn: () => request<ContactCount>('POST', '/api/contacts/count', { body: { search, filter } }),
    enabled: isWanted,
    staleTime: 0,
  });
  return query.data;
}

async function fetchPage(
  search: string,
  filter: Filter,
  order: ContactOrder,
  after: string | null,
  signal?: AbortSignal,
): Promise<ContactPage> {
  const askedAt = performance.now();
  return { ...(await ask(search, filter, order, after, signal)), askedAt };
}

function ask(
  search: string,
  filter: Filter,
  order: ContactOrder,
  after: string | null,
  signal?: AbortSignal,
): Promise<Omit<ContactPage, 'askedAt'>> {
  if ((filter.of?.length ?? 0) === 0) {
    const query = { search, order, limit: PAGE, after: after ?? undefined };
    return request('GET', '/api/contacts', { query, signal });
  }
  return request('POST', '/api/contacts/find', {
    body: { search, filter, order, limit: PAGE, after },
    signal,
  });
}
