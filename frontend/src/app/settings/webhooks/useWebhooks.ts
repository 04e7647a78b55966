import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { useRefreshAfter, useRefreshOn } from '../parts/lists';
import type { Dispatch, DispatchDetail, DispatchPage, Webhook, WebhookList, WebhookSecret } from '../types';

const KEY = ['webhooks'] as const;
const TELLS = new Set(['webhook_changed']);
/** What is on its way tells nobody: whoever looks at the log looks again. */
const WHILE_WAITING_MS = 1_500;
const OTHERWISE_MS = 10_000;

/** All webhooks; asked for again when somebody changes one, or the desk switches one off. */
export function useWebhooks(enabled = true) {
  useRefreshOn(KEY, TELLS);
  return useQuery({
    queryKey: KEY,
    enabled,
    queryFn: () => request<WebhookList>('GET', '/api/webhooks'),
    refetchInterval: ({ state: { data } }) =>
      data?.items.some((one) => one.waiting_count > 0) ? WHILE_WAITING_MS : OTHERWISE_MS,
  });
}

export interface WebhookBody {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly has_content: boolean;
}

/** Every change of a webhook; whoever makes one sees the list anew. */
export function useWebhookChanges() {
  const told = useRefreshAfter(KEY);
  const one = (id: Id, what = '') => `/api/webhooks/${id}${what}`;
  return {
    create: (body: WebhookBody) => told(request<WebhookSecret>('POST', '/api/webhooks', { body })),
    change: (id: Id, body: Partial<WebhookBody> | { readonly is_on: boolean }) =>
      told(request<Webhook>('PATCH', one(id), { body })),
    rotate: (id: Id, overlap_hours: number) =>
      told(request<WebhookSecret>('POST', one(id, '/secret'), { body: { overlap_hours } })),
    remove: (id: Id) => told(request('DELETE', one(id))),
    restore: (id: Id) => told(request('POST', one(id, '/restore'))),
    test: (id: Id) => told(request<Dispatch>('POST', one(id, '/test'))),
    replay: (dispatchId: Id) => told(request<Dispatch>('POST', `/api/webhook-dispatches/${dispatchId}/replay`)),
    replayFailed: (id: Id) => told(request<{ readonly count: number }>('POST', one(id, '/replay-failed'))),
  };
}

/** The log of one webhook; under the key of all, so that a change shows it anew. */
export function useDispatches(webhookId: Id, state: 'failed' | undefined) {
  return useInfiniteQuery({
    queryKey: [...KEY, webhookId, 'dispatches', state ?? 'all'],
    queryFn: ({ pageParam }) =>
      request<DispatchPage>('GET', `/api/webhooks/${webhookId}/dispatches`, {
        query: { state: state ?? null, before: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state: { data } }) =>
      data?.pages[0]?.items.some((one) => one.state === 'waiting') ? WHILE_WAITING_MS : OTHERWISE_MS,
  });
}

export function useDispatch(dispatch: Dispatch) {
  return useQuery({
    queryKey: [...KEY, dispatch.webhook_id, 'dispatch', dispatch.id, dispatch.try_count, dispatch.state],
    queryFn: () => request<DispatchDetail>('GET', `/api/webhook-dispatches/${dispatch.id}`),
    placeholderData: (before) => before,
  });
}
