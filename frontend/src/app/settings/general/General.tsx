import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { loadSession, useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { showToast } from '@/shared/ui/Toast';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { SavedField } from '../parts/SavedField';
import { WantedFields } from '../parts/WantedFields';
import type { Workspace } from '../types';
import { Demo } from './Demo';
import { VipCare } from './VipCare';
import { useSetSending, workspaceQuery } from '../SendingBanner';

/** By the measure of the first step of priority, as the rule has it. */
const PRICES = [0.1, 1, 10] as const;

function wordOfPrice(price: number): string {
  if (price === 0.1) return t('settings.general.price_low');
  if (price === 1) return t('settings.general.price_usual');
  return price === 10 ? t('settings.general.price_high') : formatNumber(price);
}

function withValue(choices: readonly number[], value: number): readonly number[] {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}

/** The workspace as a whole. */
export function General() {
  const queries = useQueryClient();
  const query = useQuery(workspaceQuery);
  const sending = useSetSending();
  const { agent } = useSignedIn();
  /** What was just chosen, until the server has it: the next choice builds on it. */
  const [wanted, setWanted] = useState<Id[]>();

  async function rename(name: string): Promise<void> {
    await request('PATCH', '/api/workspace', { body: { name } });
    await Promise.all([queries.invalidateQueries({ queryKey: ['workspace'] }), loadSession()]);
  }

  async function save(name: string): Promise<void> {
    const before = query.data?.name ?? '';
    await rename(name);
    showToast(t('common.saved'), { undo: () => void act(() => rename(before)) });
  }

  async function change(settings: Partial<Workspace['settings']>): Promise<void> {
    await act(() => request('PATCH', '/api/workspace', { body: { settings } }), { done: t('common.saved') });
    await Promise.all([queries.invalidateQueries({ queryKey: ['workspace'] }), loadSession()]);
  }

  return (
    <Page group={t('settings.group.workspace')} title={t('settings.general.title')}>
      <Loaded query={query}>
        {(workspace) => (
          <>
            <SavedField
              label={t('settings.general.name')}
              field="name"
              maxLength={100}
              readOnly={!agent.permissions.includes('workspace:change')}
              value={workspace.name}
              onSave={save}
              hint={t('settings.general.name_hint')}
            />
            <Switch
              label={t('settings.general.first_reply')}
              hint={t('settings.general.first_reply_hint')}
              checked={workspace.settings.first_reply_assigns !== false}
              disabled={!agent.permissions.includes('workspace:change')}
              onCheckedChange={(first_reply_assigns) => void change({ first_reply_assigns })}
            />
            <Switch
              label={t('settings.general.needs_label')}
              hint={t('settings.general.needs_label_hint')}
              checked={workspace.settings.resolving_needs_label === true}
              disabled={!agent.permissions.includes('workspace:change')}
              onCheckedChange={(resolving_needs_label) => void change({ resolving_needs_label })}
            />
            <WantedFields
              hint={t('settings.wanted.hint')}
              ids={wanted ?? workspace.settings.resolving_needs_fields ?? []}
              isDisabled={!agent.permissions.includes('workspace:change')}
              onChange={(resolving_needs_fields) => {
                setWanted(resolving_needs_fields);
                void change({ resolving_needs_fields }).finally(() =>
                  setWanted((now) => (now === resolving_needs_fields ? undefined : now)),
                );
              }}
            />
            <VipCare
              settings={workspace.settings}
              isDisabled={!agent.permissions.includes('workspace:change')}
              onChange={(care) => void change(care)}
            />
            <Switch
              label={t('settings.general.thanks')}
              hint={t('settings.general.thanks_hint')}
              checked={workspace.settings.quiet_thanks !== false}
              disabled={!agent.permissions.includes('workspace:change')}
              onCheckedChange={(quiet_thanks) => void change({ quiet_thanks })}
            />
            <Switch
              label={t('settings.general.notifies_with_text')}
              hint={t('settings.general.notifies_with_text_hint')}
              checked={workspace.settings.notifies_with_text === true}
              disabled={!agent.permissions.includes('workspace:change')}
              onCheckedChange={(notifies_with_text) => void change({ notifies_with_text })}
            />
            <Select
              label={t('settings.general.reopening')}
              hint={t('settings.general.reopening_hint')}
              value={String(workspace.settings.reopening_price ?? 1)}
              disabled={!agent.permissions.includes('workspace:change')}
              options={withValue(PRICES, workspace.settings.reopening_price ?? 1).map((price) => ({
                value: String(price),
                label: wordOfPrice(price),
              }))}
              onValueChange={(price) => void change({ reopening_price: Number(price) })}
            />
            <Demo />
            <Block title={t('settings.sending.title')} text={t('settings.sending.text')}>
              <Button
                isBusy={sending.isPending}
                className="self-start"
                onClick={() => sending.mutate(!workspace.sending.paused)}
              >
                {workspace.sending.paused ? t('settings.sending.resume') : t('settings.sending.pause')}
              </Button>
            </Block>
          </>
        )}
      </Loaded>
    </Page>
  );
}
