import { useState } from 'react';
import { useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { formatMoment, formatNumber } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { Tabs } from '@/shared/ui/Tabs';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { ProofCancelled, withProof } from '../proof';
import type { Webhook } from '../types';
import { DispatchList } from './DispatchList';
import { SecretDialog } from './SecretDialog';
import { useWebhookChanges, useWebhooks } from './useWebhooks';
import { WebhookDialog } from './WebhookDialog';
import { aboutText, kindText } from './words';

/** One webhook: whether it is on, its secret, and everything it was told, with each try. */
export function WebhookPage({ webhookId }: { readonly webhookId: string }) {
  const query = useWebhooks();
  const changes = useWebhookChanges();
  const webhook = query.data?.items.find(({ id }) => id === webhookId);
  return (
    <Page
      title={webhook?.name ?? t('settings.webhooks.title')}
      text={webhook && aboutText(webhook)}
      above={[{ label: t('settings.webhooks.title'), href: paths.settings('webhooks') }]}
      action={
        webhook && (
          <Button onClick={() => void act(() => changes.test(webhook.id), { done: t('webhooks.tested') })}>
            {t('webhooks.test')}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {({ offered_kinds: offered }) =>
          webhook === undefined ? (
            <EmptyState title={t('webhooks.gone')} text={t('webhooks.gone_text')} />
          ) : (
            <>
              <OffNotice webhook={webhook} />
              <Facts webhook={webhook} offered={offered} changes={changes} />
              <Log webhook={webhook} changes={changes} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Why the desk itself switched it off, and what to do about it. */
function OffNotice({ webhook }: { readonly webhook: Webhook }) {
  if (webhook.off_reason === null || webhook.off_at === null) return null;
  return (
    <p role="status" className="rounded-md bg-danger-tint px-3 py-2 text-14 text-danger">
      {t(`webhooks.off_${webhook.off_reason}`, { when: formatMoment(webhook.off_at) })}
    </p>
  );
}

interface FactsProps {
  readonly webhook: Webhook;
  readonly offered: readonly string[];
  readonly changes: ReturnType<typeof useWebhookChanges>;
}

function Facts({ webhook, offered, changes }: FactsProps) {
  const [isEditing, setEditing] = useState(false);
  const [isRotating, setRotating] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [, navigate] = useLocation();
  const { id, name, url, kinds, has_content, is_on } = webhook;

  async function switchIt(next: boolean): Promise<void> {
    const put = (value: boolean) => () => changes.change(id, { is_on: value });
    await act(put(next), { done: t('common.saved'), undo: () => void act(put(!next)) });
  }

  async function remove(): Promise<void> {
    const isDone = await act(() => changes.remove(id), {
      done: t('webhooks.deleted', { name }),
      undo: () => void act(() => changes.restore(id)),
    });
    if (isDone) navigate(paths.settings('webhooks'));
  }

  return (
    <div className="flex flex-col gap-4">
      <Switch
        label={t('webhooks.on')}
        hint={t('webhooks.on_hint')}
        checked={is_on}
        onCheckedChange={(next) => void switchIt(next)}
      />
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-14">
        <dt className="text-muted">{t('webhooks.url')}</dt>
        <dd dir="ltr" className="text-start break-all">
          {url}
        </dd>
        <dt className="text-muted">{t('webhooks.kinds')}</dt>
        <dd>
          {kinds.length === 0 && t('webhooks.kinds_none')}
          {kinds.map((kind) => (
            <span key={kind} className="block first-letter:uppercase">
              {kindText(kind)}
            </span>
          ))}
        </dd>
        <dt className="text-muted">{t('webhooks.secret')}</dt>
        <dd>
          {t('webhooks.ends_in', { last4: webhook.secret_last4 })}
          {webhook.old_secret_until !== null && (
            <span className="block text-13 text-muted">
              {t('webhooks.old_until', { when: formatMoment(webhook.old_secret_until) })}
            </span>
          )}
        </dd>
      </dl>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setEditing(true)}>{t('common.edit')}</Button>
        <Button onClick={() => setRotating(true)}>{t('webhooks.rotate')}</Button>
        <Button onClick={() => void remove()}>{t('webhooks.delete')}</Button>
      </div>
      {isEditing && (
        <WebhookDialog
          webhook={webhook}
          offered={offered}
          onSave={async (body) => {
            await changes.change(id, body);
            const undo = () => changes.change(id, { name, url, kinds, has_content });
            showToast(t('common.saved'), { undo: () => void act(undo) });
          }}
          onClose={() => setEditing(false)}
        />
      )}
      {isRotating && (
        <RotateDialog
          onRotate={async (hours) => setSecret((await changes.rotate(id, hours)).secret)}
          onClose={() => setRotating(false)}
        />
      )}
      {secret !== undefined && (
        <SecretDialog title={t('webhooks.rotate')} secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </div>
  );
}

const OVERLAPS = ['24', '1', '168', '0'] as const;

interface RotateDialogProps {
  readonly onRotate: (overlapHours: number) => Promise<void>;
  readonly onClose: () => void;
}

function RotateDialog({ onRotate, onClose }: RotateDialogProps) {
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]>('24');
  const submit = useSubmit([]);

  async function rotate(): Promise<void> {
    await submit.run(async () => {
      try {
        await withProof(() => onRotate(Number(overlap)));
        onClose();
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  return (
    <FormDialog
      title={t('webhooks.rotate')}
      description={t('webhooks.rotate_text')}
      action={t('webhooks.rotate')}
      submit={submit}
      onSubmit={() => void rotate()}
      onClose={onClose}
    >
      <Select
        label={t('webhooks.overlap')}
        value={overlap}
        options={OVERLAPS.map((value) => ({ value, label: overlapText(Number(value)) }))}
        onValueChange={setOverlap}
      />
    </FormDialog>
  );
}

function overlapText(hours: number): string {
  if (hours === 0) return t('webhooks.overlap_none');
  const [amount, unit] = hours % 24 === 0 && hours > 24 ? [hours / 24, 'day'] : [hours, 'hour'];
  return formatNumber(amount, { style: 'unit', unit, unitDisplay: 'long' });
}

function Log({ webhook, changes }: Omit<FactsProps, 'offered'>) {
  const [tab, setTab] = useState<'all' | 'failed'>('all');

  async function replayAll(): Promise<void> {
    await act(async () => {
      const { count } = await changes.replayFailed(webhook.id);
      showToast(t('webhooks.replayed_count', { count }));
    });
  }

  return (
    <Block title={t('webhooks.log')} text={t('webhooks.log_text')}>
      <Tabs
        label={t('webhooks.log')}
        value={tab}
        onValueChange={setTab}
        tabs={[
          { value: 'all', label: t('webhooks.all'), panel: <DispatchList webhookId={webhook.id} changes={changes} /> },
          {
            value: 'failed',
            label: t('webhooks.failed'),
            count: webhook.failed_count || undefined,
            panel: (
              <div className="flex flex-col gap-4">
                {webhook.failed_count > 0 && (
                  <Button className="self-start" onClick={() => void replayAll()}>
                    {t('webhooks.replay_failed')}
                  </Button>
                )}
                <DispatchList webhookId={webhook.id} state="failed" changes={changes} />
              </div>
            ),
          },
        ]}
      />
    </Block>
  );
}
