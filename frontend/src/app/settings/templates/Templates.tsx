import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { t, hasText } from '@/shared/i18n';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Channel, Template } from '../types';
import { bodyOf } from './body';

/** The approved texts of each channel that knows templates, as its provider has them. */
export function Templates() {
  const channels = useChannels();
  const withTemplates = (channels.data ?? []).filter(
    (channel) => channel.state !== 'disconnected' && channel.capabilities.has_templates,
  );
  const [chosenId, setChosenId] = useState<string>();
  const channel = withTemplates.find(({ id }) => id === chosenId) ?? withTemplates[0];
  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.templates.title')}
      text={t('settings.templates.text')}
      action={channel && <SyncButton channel={channel} />}
    >
      {channels.data === undefined ? (
        <Skeleton />
      ) : channel === undefined ? (
        <EmptyState title={t('settings.templates.no_channel')} text={t('settings.templates.no_channel_text')} />
      ) : (
        <>
          {withTemplates.length > 1 && (
            <Select
              label={t('settings.templates.channel')}
              value={channel.id}
              options={withTemplates.map(({ id, name }) => ({ value: id, label: name }))}
              onValueChange={setChosenId}
              className="max-w-72"
            />
          )}
          <TemplateList channel={channel} />
        </>
      )}
    </Page>
  );
}

function SyncButton({ channel }: { readonly channel: Channel }) {
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);

  async function sync(): Promise<void> {
    setIsBusy(true);
    await act(() => request('POST', `/api/channels/${channel.id}/templates/sync`), {
      done: t('settings.templates.synced'),
    });
    await queries.invalidateQueries({ queryKey: ['templates', channel.id] });
    setIsBusy(false);
  }

  return (
    <Button icon={RefreshCw} isBusy={isBusy} onClick={() => void sync()}>
      {t('settings.templates.sync')}
    </Button>
  );
}

function TemplateList({ channel }: { readonly channel: Channel }) {
  const query = useQuery({
    queryKey: ['templates', channel.id],
    queryFn: () => request<{ items: Template[] }>('GET', '/api/templates', { query: { channel_id: channel.id } }),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title={t('settings.templates.empty')} text={t('settings.templates.empty_text')} />
        ) : (
          <Rows label={t('settings.templates.title')}>
            {items.map((template) => (
              <Row
                key={template.id}
                title={<bdi className="truncate">{template.name}</bdi>}
                text={
                  <>
                    <span dir="auto" className="line-clamp-2 text-ink">
                      {bodyOf(template.components)}
                    </span>
                    <span>
                      {t('settings.templates.line', { category: category(template), language: template.language })}
                    </span>
                    {reasonOf(template) && <span className="block text-danger">{reasonOf(template)}</span>}
                  </>
                }
                end={<StatusBadge status={template.status} />}
              />
            ))}
          </Rows>
        )
      }
    </Loaded>
  );
}

function category(template: Template): string {
  const key = `settings.templates.category_${template.category.toLowerCase()}`;
  return hasText(key) ? t(key) : template.category;
}

/** Why the provider refused it; empty if it did not. */
function reasonOf({ reason }: Template): string {
  if (!reason || reason === 'NONE') return '';
  const key = `settings.templates.reason_${reason.toLowerCase()}`;
  return hasText(key) ? t(key) : reason;
}

function StatusBadge({ status }: { readonly status: string }) {
  const key = `settings.templates.status_${status.toLowerCase()}`;
  const state =
    status.toUpperCase() === 'APPROVED'
      ? 'ok'
      : /REJECT|DISABL/i.test(status)
        ? 'danger'
        : /PAUS|PENDING|APPEAL/i.test(status)
          ? 'warn'
          : 'neutral';
  return <Badge state={state}>{hasText(key) ? t(key) : status}</Badge>;
}
