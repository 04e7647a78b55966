import { Plus, Webhook as WebhookIcon } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Webhook } from '../types';
import { SecretDialog } from './SecretDialog';
import { useWebhookChanges, useWebhooks } from './useWebhooks';
import { WebhookDialog } from './WebhookDialog';
import { aboutText } from './words';

/** Programs outside that are told what happens here. */
export function Webhooks() {
  const query = useWebhooks();
  const changes = useWebhookChanges();
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <Page
      group={t('settings.group.technical')}
      title={t('settings.webhooks.title')}
      text={t('webhooks.text')}
      action={
        <Button icon={Plus} onClick={() => setCreating(true)}>
          {t('settings.webhooks.create')}
        </Button>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('webhooks.none')} text={t('webhooks.none_text')} />
          ) : (
            <Rows label={t('settings.webhooks.title')}>
              {items.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {isCreating && query.data && (
        <WebhookDialog
          offered={query.data.offered_kinds}
          onSave={async (body) => setSecret((await changes.create(body)).secret)}
          onClose={() => setCreating(false)}
        />
      )}
      {secret !== undefined && (
        <SecretDialog title={t('webhooks.created')} secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </Page>
  );
}

function WebhookRow({ webhook }: { readonly webhook: Webhook }) {
  return (
    <Row
      start={<WebhookIcon aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
      title={
        <Link
          href={paths.settings(`webhooks/${webhook.id}`)}
          className="truncate text-ink after:absolute after:inset-0 hover:underline"
        >
          <bdi>{webhook.name}</bdi>
        </Link>
      }
      text={
        <>
          <span dir="ltr" className="block truncate text-start">
            {webhook.url}
          </span>
          {aboutText(webhook)}
        </>
      }
      end={<Standing webhook={webhook} />}
    />
  );
}

/** Nothing while all is well. */
export function Standing({ webhook }: { readonly webhook: Webhook }) {
  return (
    <>
      {webhook.failed_count > 0 && (
        <Badge state="warn">{t('webhooks.failed_count', { count: webhook.failed_count })}</Badge>
      )}
      {webhook.off_reason !== null && <Badge state="danger">{t('webhooks.switched_off')}</Badge>}
      {!webhook.is_on && webhook.off_reason === null && <Badge>{t('webhooks.off')}</Badge>}
    </>
  );
}
