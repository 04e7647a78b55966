import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { formatMoment } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { Row, Rows } from '../parts/Rows';
import type { FailedItem, FailedItemPage } from '../types';

/** Items of deliveries that failed by their own fault, while everything around them was stored. */
export function FailedItems() {
  const queries = useQueryClient();
  const { data: channels = [] } = useChannels();
  const mayReplay = useSignedIn().agent.permissions.includes('deliveries:replay');
  const query = useInfiniteQuery({
    queryKey: ['failed-items'],
    queryFn: ({ pageParam }) => request<FailedItemPage>('GET', '/api/failed-items', { query: { after: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

  async function decide(item: FailedItem, verb: 'replay' | 'drop', done: string): Promise<void> {
    await act(() => request('POST', `/api/failed-items/${item.id}/${verb}`), { done });
    await queries.invalidateQueries({ queryKey: ['failed-items'] });
  }

  if (query.isError) return <InlineError>{problemText(query.error)}</InlineError>;
  if (query.data === undefined) return <Skeleton />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return <EmptyState title={t('settings.deliveries.empty')} text={t('settings.deliveries.failed_text')} />;
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-13 text-muted">{t('settings.deliveries.failed_text')}</p>
      <Rows label={t('settings.deliveries.failed')}>
        {items.map((item) => (
          <Row
            key={item.id}
            start={<TriangleAlert aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
            title={<time dateTime={item.created_at}>{formatMoment(item.created_at)}</time>}
            text={
              <>
                {channels.find(({ id }) => id === item.channel_id)?.name ?? t('settings.deliveries.nobody')}
                <span dir="auto" className="block text-ink">
                  {item.error}
                </span>
              </>
            }
            end={
              mayReplay && (
                <>
                  <Button
                    size="small"
                    onClick={() => void decide(item, 'replay', t('settings.deliveries.item_replayed'))}
                  >
                    {t('settings.deliveries.replay')}
                  </Button>
                  <Button size="small" onClick={() => void decide(item, 'drop', t('settings.deliveries.dropped'))}>
                    {t('settings.deliveries.drop')}
                  </Button>
                </>
              )
            }
          />
        ))}
      </Rows>
      {query.hasNextPage && (
        <Button className="self-start" isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  );
}
