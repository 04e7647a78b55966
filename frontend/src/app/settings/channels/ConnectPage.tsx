import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { request } from '@/shared/api/http';
import { onSessionEnd } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { CopyField } from '@/shared/ui/CopyField';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { Block, Page } from '../parts/Page';
import { ProofCancelled, withProof } from '../proof';
import type { Channel, ChannelType, CheckAnswer } from '../types';
import { CheckList } from './CheckList';
import { countInTheWay, isWellFormed, useChecks, type Values } from './useChecks';
import { useChannels, useChannelTypes } from './useChannels';
import { ValueFields } from './ValueFields';

/** What was typed so far, by type, for as long as the tab is open: "Finish later" loses nothing, no disk keeps a secret. */
const drafts = new Map<string, Values>();
onSessionEnd(() => drafts.clear());

export default function ConnectPage({ type }: { readonly type: string }) {
  const types = useChannelTypes();
  const channelType = types.data?.find((candidate) => candidate.type === type);
  const above = [{ label: t('settings.channels.title'), href: paths.settings('channels') }];
  if (channelType !== undefined) return <ConnectForm key={type} type={channelType} above={above} />;
  return (
    <Page title={t('settings.channels.connect')} above={above}>
      {types.isPending ? (
        <Skeleton lines={6} />
      ) : (
        <EmptyState title={t('settings.connect.unknown')} text={t('settings.connect.unknown_text')} />
      )}
    </Page>
  );
}

interface ConnectFormProps {
  readonly type: ChannelType;
  readonly above: readonly { readonly label: string; readonly href: string }[];
}

/** The provider's values, each checked as it is typed; then the two that the provider gets from us. */
function ConnectForm({ type, above }: ConnectFormProps) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [values, setValues] = useState<Values>(() => drafts.get(type.type) ?? generated(type));
  const [name, setName] = useState(type.name);
  const checks = useChecks(type.type, type.fields, values);
  const submit = useSubmit(['name', ...type.fields.flatMap((field) => [field.name, `values.${field.name}`])]);

  const list = checks.answer?.checks ?? [];
  const left = countInTheWay(list);
  const missing = type.fields.filter((field) => field.required && !isWellFormed(field, values[field.name] ?? ''));
  const holds = missing.length === 0 && !checks.isChecking && list.length > 0 && left === 0;

  function change(field: string, value: string): void {
    const next = { ...values, [field]: value };
    drafts.set(type.type, next);
    submit.clear(field);
    submit.clear(`values.${field}`);
    setValues(next);
  }

  async function connect(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      try {
        const body = { type: type.type, name: name.trim(), values };
        const channel = await withProof(() => request<Channel>('POST', '/api/channels', { body }));
        drafts.delete(type.type);
        await queries.invalidateQueries({ queryKey: ['channels'] });
        showToast(t('settings.connect.connected', { name: channel.name }));
        go(paths.settings(`channels/${channel.id}`));
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  return (
    <Page
      title={t('settings.connect.title', { type: type.name })}
      text={t('settings.connect.text', { count: type.fields.filter((field) => !field.is_generated).length })}
      above={above}
      aside={
        <div className="flex flex-col gap-6">
          <CheckList checks={list} onAgain={checks.again} />
          <PracticeHint />
        </div>
      }
    >
      <form className="flex flex-col gap-6" onSubmit={(event) => void connect(event)}>
        <ValueFields
          type={type.type}
          fields={type.fields}
          values={values}
          onChange={change}
          checks={list}
          errors={submit.errors}
          isChecking={checks.isChecking}
        />
        {checks.error !== null && checks.error !== undefined && <InlineError>{problemText(checks.error)}</InlineError>}
        <TextField
          label={t('settings.channel.name')}
          hint={t('settings.channel.name_hint')}
          required
          maxLength={100}
          value={name}
          onValueChange={setName}
          error={submit.errors.name}
        />
        <Reach type={type} values={values} answer={checks.answer} />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Button type="submit" look={holds ? 'filled' : 'outlined'} disabled={!holds} isBusy={submit.isBusy}>
            {t('settings.connect.start')}
          </Button>
          <Button look="plain" onClick={() => go(paths.settings('channels'))}>
            {t('settings.connect.later')}
          </Button>
          <span aria-live="polite" className="text-13 text-muted">
            {missing.length > 0
              ? t('settings.connect.missing', { count: missing.length })
              : left > 0 && t('settings.connect.left', { count: left })}
          </span>
        </div>
      </form>
    </Page>
  );
}

interface ReachProps {
  readonly type: ChannelType;
  readonly values: Values;
  readonly answer: CheckAnswer | undefined;
}

/** The address and the word that the provider needs to reach this desk. */
function Reach({ type, values, answer }: ReachProps) {
  const { data: channels = [] } = useChannels();
  const ownToken = type.fields.find((field) => field.is_generated);
  const verifyToken = ownToken === undefined ? undefined : values[ownToken.name];
  const sibling = channels.find((channel) => channel.type === type.type && !channel.is_practice);
  return (
    <Block title={t('settings.connect.reach')} text={t('settings.connect.reach_text')}>
      {!answer?.callback_url ? (
        <p className="text-14 text-muted">{t('settings.connect.reach_later')}</p>
      ) : (
        <CopyField label={t('settings.channel.callback_url')} value={answer.callback_url} />
      )}
      {verifyToken !== undefined && <CopyField label={t('settings.channel.verify_token')} value={verifyToken} />}
      {sibling !== undefined && <p className="text-13 text-muted">{t('settings.connect.shared')}</p>}
    </Block>
  );
}

/** Nobody needs an account with a provider to see how it works. */
function PracticeHint() {
  const { data: channels = [] } = useChannels();
  const practice = channels.find((channel) => channel.is_practice);
  if (practice === undefined) return null;
  return (
    <section className="flex flex-col items-start gap-1 rounded-lg border border-line p-4">
      <h2 className="text-14 font-semibold">{t('settings.connect.no_account')}</h2>
      <p className="text-13 text-muted">{t('settings.connect.no_account_text')}</p>
      <Link
        href={`/practice/${practice.id}`}
        className="mt-2 inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 text-13 font-medium text-ink hover:bg-hover pointer-coarse:h-11"
      >
        {t('settings.connect.use_practice')}
      </Link>
    </section>
  );
}

/** Values that we make and the provider is told: 96 random bits in groups that can be read aloud. */
function generated(type: ChannelType): Values {
  return Object.fromEntries(
    type.fields.filter((field) => field.is_generated).map((field) => [field.name, randomWord()]),
  );
}

function randomWord(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `tl-${hex.match(/.{4}/g)?.join('-') ?? hex}`;
}
