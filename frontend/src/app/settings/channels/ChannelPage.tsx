import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Smartphone } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { formatMoment } from '@/shared/i18n/format';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { CopyField } from '@/shared/ui/CopyField';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { HoursChoice } from '../hours/HoursChoice';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { SavedField } from '../parts/SavedField';
import { ProofCancelled, withProof } from '../proof';
import type { Channel, ChannelType } from '../types';
import { CheckList } from './CheckList';
import { ClosingBlock } from './ClosingBlock';
import { HEALTH_SIGNS, healthOf, qualityOf } from './health';
import { isWellFormed, useChecks, type Values } from './useChecks';
import { useChannelTypes } from './useChannels';
import { ValueFields } from './ValueFields';

/** One channel: how it is, how it is called, how it is reached, and how to stop it. */
export function ChannelPage({ channelId }: { readonly channelId: string }) {
  const query = useQuery({
    queryKey: ['channels', channelId],
    queryFn: () => request<Channel>('GET', `/api/channels/${channelId}`),
    refetchInterval: 15_000,
  });
  return (
    <Page
      title={query.data?.name ?? t('settings.channels.title')}
      text={query.data && <bdi>{query.data.display_address}</bdi>}
      above={[{ label: t('settings.channels.title'), href: paths.settings('channels') }]}
      action={query.data && <StateBadge channel={query.data} />}
      aside={query.data && <Facts channel={query.data} />}
    >
      <Loaded query={query}>{(channel) => <ChannelBlocks key={channel.id} channel={channel} />}</Loaded>
    </Page>
  );
}

function StateBadge({ channel }: { readonly channel: Channel }) {
  const health = healthOf(channel);
  return (
    <Badge state={health.state} icon={HEALTH_SIGNS[health.state]}>
      {health.word}
    </Badge>
  );
}

function Facts({ channel }: { readonly channel: Channel }) {
  const { health } = channel;
  const facts = [
    [t('settings.channel.address'), channel.address],
    [t('settings.channel.account'), channel.account],
    [t('settings.channel.quality'), qualityOf(channel)],
    [t('settings.channel.last_delivery'), health.last_delivery_at ? formatMoment(health.last_delivery_at) : undefined],
    [t('settings.channel.last_error'), health.last_error],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <section aria-labelledby="health">
      <h2 id="health" className="border-b border-line pb-3 text-14 font-semibold">
        {t('settings.channel.health')}
      </h2>
      <dl>
        {facts.map(([term, value]) => (
          <div key={term} className="flex justify-between gap-4 border-b border-line py-2.5 text-13">
            <dt className="shrink-0 text-muted">{term}</dt>
            <dd dir="auto" className="tabular min-w-0 text-end break-words">
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function ChannelBlocks({ channel }: { readonly channel: Channel }) {
  const types = useChannelTypes();
  const type = types.data?.find((candidate) => candidate.type === channel.type);
  const patch = usePatch(channel);

  async function rename(name: string): Promise<void> {
    const before = channel.name;
    await patch({ name });
    showToast(t('common.saved'), { undo: () => void act(() => patch({ name: before })) });
  }

  return (
    <>
      <SavedField
        label={t('settings.channel.name')}
        hint={t('settings.channel.name_hint')}
        field="name"
        maxLength={100}
        value={channel.name}
        onSave={rename}
      />
      {channel.is_practice ? <PracticeBlock channel={channel} /> : <ReachBlock channel={channel} />}
      {channel.state !== 'disconnected' && <BehaviourBlock channel={channel} />}
      {channel.state !== 'disconnected' && <SendersBlock channel={channel} />}
      {channel.state !== 'disconnected' && <ReopenBlock channel={channel} />}
      {channel.state !== 'disconnected' && (
        <ClosingBlock
          text={String(channel.settings.closing_text ?? '')}
          onSave={(text) => patch({ settings: withSetting(channel.settings, { closing_text: text }) })}
        />
      )}
      {channel.state !== 'disconnected' && <HoursBlock channel={channel} />}
      {type !== undefined && !channel.is_practice && channel.state !== 'disconnected' && (
        <AccessBlock channel={channel} type={type} />
      )}
      {channel.state !== 'disconnected' && <StopBlock channel={channel} />}
    </>
  );
}

function usePatch(channel: Channel) {
  const queries = useQueryClient();
  return async (body: Readonly<Record<string, unknown>>): Promise<void> => {
    await request('PATCH', `/api/channels/${channel.id}`, { body });
    await queries.invalidateQueries({ queryKey: ['channels'] });
  };
}

function PracticeBlock({ channel }: { readonly channel: Channel }) {
  return (
    <Block title={t('settings.channel.practice')} text={t('settings.channel.practice_text')}>
      <Link
        href={`/practice/${channel.id}`}
        className="inline-flex h-8 items-center gap-2 self-start rounded-md border border-line-strong px-3 text-14 font-medium text-ink hover:bg-hover pointer-coarse:h-11"
      >
        <Smartphone aria-hidden size={16} strokeWidth={1.75} />
        {t('settings.channel.open_phone')}
      </Link>
    </Block>
  );
}

function ReachBlock({ channel }: { readonly channel: Channel }) {
  if (channel.callback_url === null) return null;
  return (
    <Block title={t('settings.connect.reach')} text={t('settings.channel.reach_text')}>
      <CopyField label={t('settings.channel.callback_url')} value={channel.callback_url} />
    </Block>
  );
}

const READ_MARKS = ['on_answer', 'on_open', 'never'] as const;
type ReadMark = (typeof READ_MARKS)[number];

/** When the customer is told that their message was read. */
function BehaviourBlock({ channel }: { readonly channel: Channel }) {
  const patch = usePatch(channel);
  if (!channel.capabilities.has_read_marks) return null;
  const current = READ_MARKS.find((value) => value === channel.settings.mark_read) ?? 'on_answer';

  async function choose(next: ReadMark): Promise<void> {
    await act(() => patch({ settings: withSetting(channel.settings, { mark_read: next }) }), {
      done: t('common.saved'),
      undo: () => void act(() => patch({ settings: withSetting(channel.settings, { mark_read: current }) })),
    });
  }

  return (
    <Select
      label={t('settings.channel.read_marks')}
      value={current}
      options={READ_MARKS.map((value) => ({ value, label: t(`settings.channel.read_${value}`) }))}
      onValueChange={(next) => void choose(next)}
      className="max-w-72"
    />
  );
}

const SENDERS = ['everybody', 'assignee'] as const;

/** Who answers the customers of this channel. */
function SendersBlock({ channel }: { readonly channel: Channel }) {
  const patch = usePatch(channel);
  const current = SENDERS.find((value) => value === channel.settings.who_sends) ?? 'everybody';

  async function choose(next: (typeof SENDERS)[number]): Promise<void> {
    await act(() => patch({ settings: withSetting(channel.settings, { who_sends: next }) }), {
      done: t('common.saved'),
      undo: () => void act(() => patch({ settings: withSetting(channel.settings, { who_sends: current }) })),
    });
  }

  return (
    <Select
      label={t('settings.channel.who_sends')}
      value={current}
      options={SENDERS.map((value) => ({ value, label: t(`settings.channel.who_${value}`) }))}
      onValueChange={(next) => void choose(next)}
      className="max-w-72"
    />
  );
}

/** A change of settings is sent whole: what is left out goes back to the channel type's own value. */
function withSetting(
  settings: Channel['settings'],
  change: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string | number>> {
  const numbers = ['sends_per_second', 'pair_interval_s', 'pair_burst', 'unanswered_limit', 'reopen_days'].filter(
    (name) => name in settings,
  );
  const texts = ['mark_read', 'who_sends', 'closing_text'].filter((name) => name in settings);
  return {
    ...Object.fromEntries(numbers.map((name) => [name, Number(settings[name])])),
    ...Object.fromEntries(texts.map((name) => [name, settings[name] ?? ''])),
    ...change,
  };
}

const REOPEN_DAYS = [0, 1, 3, 7, 14, 30, 90] as const;

/** How long a message of the customer reopens what was resolved. */
function ReopenBlock({ channel }: { readonly channel: Channel }) {
  const patch = usePatch(channel);
  const current = Number(channel.settings.reopen_days ?? 7);
  const days = [...new Set<number>([...REOPEN_DAYS, current])].sort((a, b) => a - b);

  async function choose(next: number): Promise<void> {
    await act(() => patch({ settings: withSetting(channel.settings, { reopen_days: next }) }), {
      done: t('common.saved'),
      undo: () => void act(() => patch({ settings: withSetting(channel.settings, { reopen_days: current }) })),
    });
  }

  return (
    <Select
      label={t('settings.channel.reopen')}
      value={String(current)}
      options={days.map((count) => ({
        value: String(count),
        label: count === 0 ? t('settings.channel.reopen_never') : t('settings.channel.reopen_days', { count }),
      }))}
      onValueChange={(next) => void choose(Number(next))}
      className="max-w-72"
    />
  );
}

/** Which business hours its conversations go by. */
function HoursBlock({ channel }: { readonly channel: Channel }) {
  const patch = usePatch(channel);
  const current = channel.calendar_id;
  const choose = (next: string | null) =>
    void act(() => patch({ calendar_id: next }), {
      done: t('common.saved'),
      undo: () => void act(() => patch({ calendar_id: current })),
    });
  return <HoursChoice value={current} without={t('settings.hours.of_workspace')} onChange={choose} />;
}

/** New values for the provider: a token that ends, a secret that was changed. What stays empty stays as it is. */
function AccessBlock({ channel, type }: { readonly channel: Channel; readonly type: ChannelType }) {
  const patch = usePatch(channel);
  const [isOpen, setIsOpen] = useState(false);
  const [values, setValues] = useState<Values>({});
  const fields = type.fields.filter((field) => field.kind === 'secret' && !field.is_generated);
  const checks = useChecks(type.type, fields, values, channel.id);
  const submit = useSubmit(fields.flatMap((field) => [field.name, `values.${field.name}`]));
  const list = checks.answer?.checks ?? [];
  const typed = fields.filter((field) => (values[field.name] ?? '') !== '');
  const isRefused =
    typed.length === 0 ||
    checks.isChecking ||
    typed.some((field) => !isWellFormed(field, values[field.name] ?? '')) ||
    list.some(({ state }) => state === 'failed');

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      try {
        const changed = Object.fromEntries(typed.map(({ name }) => [name, values[name]]));
        await withProof(() => patch({ values: changed }));
        setValues({});
        setIsOpen(false);
        showToast(t('common.saved'));
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  return (
    <Block title={t('settings.channel.access')} text={t('settings.channel.access_text')}>
      {isOpen ? (
        <form className="flex flex-col gap-5" onSubmit={(event) => void save(event)}>
          <ValueFields
            type={channel.type}
            fields={fields}
            values={values}
            onChange={(name, value) => setValues({ ...values, [name]: value })}
            checks={list}
            errors={submit.errors}
            isChecking={checks.isChecking}
            stored={channel.secrets}
          />
          {list.length > 0 && <CheckList checks={list} onAgain={checks.again} />}
          {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
          <div className="flex gap-2">
            <Button type="submit" look={isRefused ? 'outlined' : 'filled'} disabled={isRefused} isBusy={submit.isBusy}>
              {t('common.save')}
            </Button>
            <Button look="plain" onClick={() => setIsOpen(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </form>
      ) : (
        <Button className="self-start" onClick={() => setIsOpen(true)}>
          {t('settings.channel.replace')}
        </Button>
      )}
    </Block>
  );
}

function StopBlock({ channel }: { readonly channel: Channel }) {
  const patch = usePatch(channel);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [isAsking, setIsAsking] = useState(false);
  const isPaused = channel.state === 'paused';

  async function setState(state: 'connected' | 'paused'): Promise<void> {
    const before = channel.state;
    await act(() => patch({ state }), {
      done: state === 'paused' ? t('settings.channel.paused') : t('settings.channel.resumed'),
      undo: () => void act(() => patch({ state: before })),
    });
  }

  async function disconnect(): Promise<void> {
    setIsAsking(false);
    const isDone = await act(() => request('DELETE', `/api/channels/${channel.id}`), {
      done: t('settings.channel.disconnected', { name: channel.name }),
    });
    if (!isDone) return;
    await queries.invalidateQueries({ queryKey: ['channels'] });
    go(paths.settings('channels'));
  }

  return (
    <Block title={t('settings.channel.stop')} text={t('settings.channel.stop_text')}>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void setState(isPaused ? 'connected' : 'paused')}>
          {isPaused ? t('settings.channel.resume') : t('settings.channel.pause')}
        </Button>
        <Button look="danger" onClick={() => setIsAsking(true)}>
          {t('settings.channel.disconnect')}
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('settings.channel.disconnect_title', { name: channel.name })}
        description={t('settings.channel.disconnect_text')}
        action={t('settings.channel.disconnect_action')}
        onConfirm={() => void disconnect()}
      />
    </Block>
  );
}
