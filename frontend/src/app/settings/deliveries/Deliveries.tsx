import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { formatBytes, formatMoment } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Tabs } from '@/shared/ui/Tabs';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Delivery, DeliveryPage } from '../types';
import { FailedItems } from './FailedItems';

type Kind = Delivery['state'] | 'failed';

/** What a provider delivered and nobody got: for no channel of ours, or not to be understood. Nothing of it is lost. */
export function Deliveries() {
  const [kind, setKind] = useState<Kind>('unroutable');
  return (
    <Page
      group={t('settings.group.technical')}
      title={t('settings.deliveries.title')}
      text={t('settings.deliveries.text')}
    >
      <Tabs
        label={t('settings.deliveries.title')}
        value={kind}
        onValueChange={setKind}
        tabs={(['unroutable', 'dead', 'failed'] as const).map((value) => ({
          value,
          label: t(`settings.deliveries.${value}`),
          panel: value === 'failed' ? <FailedItems /> : <DeliveryList kind={value} />,
        }))}
      />
    </Page>
  );
}

function DeliveryList({ kind }: { readonly kind: Delivery['state'] }) {
  const queries = useQueryClient();
  const { data: channels = [] } = useChannels();
  const mayReplay = useSignedIn().agent.permissions.includes('deliveries:replay');
  const query = useInfiniteQuery({
    queryKey: ['deliveries', kind],
    queryFn: ({ pageParam }) =>
      request<DeliveryPage>('GET', '/api/deliveries', { query: { state: kind, after: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

  async function replay(delivery: Delivery): Promise<void> {
    await act(() => request('POST', `/api/deliveries/${delivery.id}/replay`), {
      done: t('settings.deliveries.replayed'),
    });
    await queries.invalidateQueries({ queryKey: ['deliveries'] });
  }

  if (query.isError) return <InlineError>{problemText(query.error)}</InlineError>;
  if (query.data === undefined) return <Skeleton />;
  const deliveries = query.data.pages.flatMap((page) => page.items);
  if (deliveries.length === 0) {
    return <EmptyState title={t('settings.deliveries.empty')} text={t(`settings.deliveries.${kind}_text`)} />;
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-13 text-muted">{t(`settings.deliveries.${kind}_text`)}</p>
      <Rows label={t(`settings.deliveries.${kind}`)}>
        {deliveries.map((delivery) => (
          <Row
            key={delivery.id}
            start={<Inbox aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
            title={<time dateTime={delivery.received_at}>{formatMoment(delivery.received_at)}</time>}
            text={
              <>
                {channels.find(({ id }) => id === delivery.channel_id)?.name ?? t('settings.deliveries.nobody')}
                {delivery.size_bytes !== null && `, ${formatBytes(delivery.size_bytes)}`}
                {delivery.error !== '' && (
                  <span dir="auto" className="block text-ink">
                    {delivery.error}
                  </span>
                )}
              </>
            }
            end={
              mayReplay && (
                <Button size="small" onClick={() => void replay(delivery)}>
                  {t('settings.deliveries.replay')}
                </Button>
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
