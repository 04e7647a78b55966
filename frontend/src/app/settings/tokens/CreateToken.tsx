import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { CopyField } from '@/shared/ui/CopyField';
import { Dialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { ChannelChoice } from '../people/AccessFields';
import { ProofCancelled, withProof } from '../proof';
import type { CreatedToken, Permission } from '../types';
import { scopeName } from './scopes';

const LIFETIMES = ['30', '90', '365', 'never'] as const;
type Lifetime = (typeof LIFETIMES)[number];

/** What a bot needs to read, answer and hand over. */
const BOT_SCOPES: readonly Permission[] = ['conversations:read', 'conversations:change', 'messages:send'];

export interface CreateTokenProps {
  readonly onClose: () => void;
}

/** Makes a key with no more than it needs; the key itself is shown once. */
export function CreateToken({ onClose }: CreateTokenProps) {
  // A token never has a right that its maker lacks.
  const scopes = useSignedIn().agent.permissions;
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [botName, setBotName] = useState<string>();
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [channelIds, setChannelIds] = useState<Id[] | null>(null);
  const [token, setToken] = useState<string>();
  const submit = useSubmit(['name', 'scopes', 'bot_name']);

  async function create(): Promise<void> {
    await submit.run(async () => {
      try {
        const bot = botName === undefined ? {} : { bot_name: botName.trim() };
        const body = {
          name: name.trim(),
          scopes: chosen,
          channel_ids: channelIds,
          ...bot,
          expires_at: endOf(lifetime),
        };

        const created = await withProof(() => request<CreatedToken>('POST', '/api/tokens', { body }));
        setToken(created.token);
        await queries.invalidateQueries({ queryKey: ['tokens'] });
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  if (token !== undefined) {
    return (
      <Dialog
        open
        isSticky
        onOpenChange={(isOpen) => !isOpen && onClose()}
        title={t('settings.tokens.created')}
        description={t('settings.tokens.created_text')}
        footer={
          <Button look="filled" onClick={onClose}>
            {t('common.done')}
          </Button>
        }
      >
        <CopyField label={t('settings.tokens.token')} value={token} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t('settings.tokens.create')}
      action={t('settings.tokens.create')}
      isDisabled={chosen.length === 0}
      submit={submit}
      onSubmit={() => void create()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.tokens.name')}
        hint={t('settings.tokens.name_hint')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={name}
        {...submit.field('name', setName)}
      />
      <Switch
        label={t('bots.is_bot')}
        hint={t('bots.is_bot_hint')}
        checked={botName !== undefined}
        onCheckedChange={(isBot) => {
          setBotName(isBot ? '' : undefined);
          if (isBot) setChosen([...new Set([...chosen, ...BOT_SCOPES.filter((scope) => scopes.includes(scope))])]);
        }}
      />
      {botName !== undefined && (
        <TextField
          label={t('bots.name')}
          hint={t('bots.name_hint')}
          required
          maxLength={100}
          autoComplete="off"
          value={botName}
          {...submit.field('bot_name', setBotName)}
        />
      )}
      <fieldset className="flex flex-col gap-1">
        <legend className="pb-1.5 text-14 font-medium">{t('settings.tokens.scopes')}</legend>
        {scopes.map((scope) => (
          <Checkbox
            key={scope}
            label={scopeName(scope)}
            hint={scope}
            checked={chosen.includes(scope)}
            onCheckedChange={(isChosen) =>
              setChosen(isChosen ? [...chosen, scope] : chosen.filter((other) => other !== scope))
            }
          />
        ))}
        {submit.errors.scopes !== undefined && <InlineError>{submit.errors.scopes}</InlineError>}
      </fieldset>
      <ChannelChoice ids={channelIds} onChange={setChannelIds} />
      <Select
        label={t('settings.tokens.lifetime')}
        value={lifetime}
        options={LIFETIMES.map((value) => ({
          value,
          label: value === 'never' ? t('settings.tokens.no_end') : t('settings.tokens.days', { count: Number(value) }),
        }))}
        onValueChange={setLifetime}
      />
    </FormDialog>
  );
}

function endOf(lifetime: Lifetime): string | null {
  return lifetime === 'never' ? null : new Date(Date.now() + Number(lifetime) * 86_400_000).toISOString();
}
