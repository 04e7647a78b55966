/** Everything that an agent has, on one screen, and what becomes of it; then they are offline, or gone for good. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import type { Agent, Id } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { usePreferences } from '@/shared/preferences';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { Loaded } from '../settings/parts/Loaded';
import { useOffDuty } from '../availability/offDuty';
import { paths } from '../paths';
import { teamsByName } from '../teams/teams';
import { snoozePresets } from '../thread/snooze';
import { postFinish, postUndoFinish, type LeftBehind } from './calls';
import { ChatRow } from './ChatRow';
import {
  chatWish,
  fateForAll,
  fateOf,
  receivers,
  scheduledFateOf,
  schedulingWish,
  type Around,
  type Fate,
} from './fates';
import { ScheduledRow } from './ScheduledRow';
import { fateNames } from './words';
import { useLeft } from './useFinish';

/** Whose shift it is; nobody named: one's own. `?gone`: they are to be deactivated. */
export default function FinishPage({ agentId }: { readonly agentId: Id | undefined }) {
  const { agent: me } = useSignedIn();
  const isGoing = useSearch() === 'gone';
  const id = agentId ?? me.id;
  const agent = useStore((state) => state.agents.get(id));
  const query = useLeft(id);
  return (
    <main className="flex h-full min-h-0 flex-col overflow-y-auto bg-surface">
      <Loaded query={query}>
        {(left) => <Finish left={left} agent={agent} isSelf={id === me.id} isGoing={isGoing} />}
      </Loaded>
    </main>
  );
}

interface FinishProps {
  readonly left: LeftBehind;
  readonly agent: Agent | undefined;
  readonly isSelf: boolean;
  readonly isGoing: boolean;
}

function Finish({ left, agent, isSelf, isGoing }: FinishProps) {
  const [, navigate] = useLocation();
  const around = useAround(left.agent_id, isGoing);
  const [chosen, setChosen] = useState<ReadonlyMap<Id, Fate>>(new Map());
  const [notes, setNotes] = useState<ReadonlyMap<Id, string>>(new Map());
  const [note, setNote] = useState('');
  const [refused, setRefused] = useState<ReadonlyMap<Id, string>>(new Map());
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const name = agent?.name ?? '';
  const { chats, scheduled } = left;
  const isEmpty = chats.length + scheduled.length === 0;

  const choose = (id: Id, fate: Fate) => {
    setChosen(new Map(chosen).set(id, fate));
    setRefused(without(refused, id));
  };

  async function finish(): Promise<void> {
    if (isBusy) return;
    const fates = chats.map((chat) => [chat, fateOf(chat, chosen.get(chat.conversation.id), around)] as const);
    const later = scheduled.map((one) => [one, scheduledFateOf(one, chosen.get(one.message.id), around)] as const);
    const open = [
      ...fates.flatMap(([chat, fate]) => (fate === '' ? [chat.conversation.id] : [])),
      ...later.flatMap(([one, fate]) => (fate === '' ? [one.message.id] : [])),
    ];
    if (open.length > 0) return complain(new Map(open.map((id) => [id, t('finishing.choose_missing')])));
    setBusy(true);
    setError(undefined);
    try {
      const finished = await postFinish(left.agent_id, {
        going: isGoing ? 'gone' : 'offline',
        chats: fates.map(([chat, fate]) => chatWish(chat, fate, notes.get(chat.conversation.id) || note, around)),
        scheduled: later.map(([one, fate]) => schedulingWish(one, fate)),
      });
      if (!finished.is_finished) {
        return complain(new Map(finished.refused.map((one) => [one.id, said(one.reason, one.title)])));
      }
      showToast(doneText(name, isSelf, isGoing), isGoing ? {} : { undo: () => void undo(finished.id) });
      navigate(isSelf ? paths.inbox() : isGoing ? paths.settings('people') : paths.absent());
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  }

  /** The first that is wrong has the focus. */
  function complain(found: ReadonlyMap<Id, string>): void {
    setRefused(found);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[data-refused] [role=combobox]')?.focus());
  }

  return (
    <div
      className="mx-auto flex w-full max-w-3xl flex-1 flex-col px-6 pt-6 max-md:px-4"
      onKeyDown={(event) => isSubmit(event) && void finish()}
    >
      <div className="flex items-center gap-3 pb-1">
        {!isSelf && <Avatar name={name} seed={left.agent_id} size={36} availability={agent?.availability} />}
        <h1 className="min-w-0 text-20 font-semibold">
          {isGoing
            ? t('finishing.deactivate_title', { name })
            : isSelf
              ? t('finishing.title')
              : t('finishing.title_for', { name })}
        </h1>
      </div>
      <p className="pb-4 text-14 text-muted">
        {isGoing ? t('finishing.deactivate_text', { name }) : isSelf ? t('finishing.text') : t('finishing.text_for')}
        {agent?.availability === 'offline' && agent.available_since !== null && !isSelf && !isGoing && (
          <> {t('finishing.offline_since', { when: formatNear(agent.available_since, Date.now()) })}.</>
        )}
      </p>
      {isEmpty && <EmptyState title={t('finishing.empty')} text={t('finishing.empty_text')} />}
      <div ref={list}>
        {chats.length > 0 && (
          <section aria-label={t('finishing.chats')}>
            <div className="flex items-end gap-3 border-b border-line pb-3 max-md:flex-col max-md:items-stretch">
              <Select<Fate>
                label={t('finishing.all')}
                value=""
                options={[{ value: '', label: t('finishing.choose') }, ...forAll(around)]}
                onValueChange={(fate) =>
                  fate !== '' && setChosen(new Map([...chosen, ...fateForAll(chats, fate, around)]))
                }
                className="w-56 max-md:w-full"
              />
              <TextField label={t('finishing.note')} value={note} onValueChange={setNote} className="flex-1" />
            </div>
            <ul>
              {chats.map((chat) => (
                <ChatRow
                  key={chat.conversation.id}
                  chat={chat}
                  fate={fateOf(chat, chosen.get(chat.conversation.id), around)}
                  around={around}
                  note={notes.get(chat.conversation.id) ?? ''}
                  refused={refused.get(chat.conversation.id)}
                  onChoose={(fate) => choose(chat.conversation.id, fate)}
                  onNote={(text) => setNotes(new Map(notes).set(chat.conversation.id, text))}
                />
              ))}
            </ul>
          </section>
        )}
        {scheduled.length > 0 && (
          <section aria-label={t('finishing.scheduled')} className="pt-6">
            <h2 className="border-b border-line pb-2 text-14 font-semibold">{t('finishing.scheduled')}</h2>
            <ul>
              {scheduled.map((one) => (
                <ScheduledRow
                  key={one.message.id}
                  one={one}
                  fate={scheduledFateOf(one, chosen.get(one.message.id), around)}
                  around={around}
                  refused={refused.get(one.message.id)}
                  onChoose={(fate) => choose(one.message.id, fate)}
                />
              ))}
            </ul>
          </section>
        )}
      </div>
      <div className="sticky bottom-0 mt-auto flex flex-wrap items-center justify-end gap-3 border-t border-line bg-surface py-3">
        {error !== undefined && (
          <div className="me-auto">
            <InlineError>{error}</InlineError>
          </div>
        )}
        <Button look="plain" onClick={() => history.back()}>
          {t('common.cancel')}
        </Button>
        <Button look={isGoing ? 'danger' : 'filled'} isBusy={isBusy} onClick={() => void finish()}>
          {isGoing ? t('finishing.deactivate') : t('finishing.finish')}
        </Button>
      </div>
    </div>
  );
}

function useAround(agentId: Id, isGoing: boolean): Around {
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const preferences = usePreferences();
  const [now] = useState(() => new Date());
  return {
    agentId,
    isGoing,
    agents: [...agents.values()],
    offDuty: useOffDuty(),
    teams: teamsByName(teams),
    presets: snoozePresets(now, preferences),
  };
}

/** To whom everything can be given that may be given to them. */
function forAll(around: Around): { value: Fate; label: string }[] {
  const names = fateNames(around, null);
  const fates: Fate[] = [
    ...receivers(around, false).map(({ id }) => `agent-${id}` as const),
    ...around.teams.map(({ id }) => `team-${id}` as const),
    'everybody',
  ];
  return fates.map((value) => ({ value, ...names(value) }));
}

/** Ctrl or ⌘ with Enter, from anywhere on the page. */
function isSubmit(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing;
}

function doneText(name: string, isSelf: boolean, isGoing: boolean): string {
  if (isGoing) return t('finishing.deactivated', { name });
  return isSelf ? t('finishing.done') : t('finishing.done_for', { name });
}

async function undo(finishId: Id): Promise<void> {
  try {
    const { kept } = await postUndoFinish(finishId);
    showToast(kept > 0 ? t('finishing.kept_since', { count: kept }) : t('finishing.undone'));
  } catch (error) {
    showToast(problemText(error), { isError: true });
  }
}

function without(refused: ReadonlyMap<Id, string>, id: Id): ReadonlyMap<Id, string> {
  if (!refused.has(id)) return refused;
  return new Map([...refused].filter(([other]) => other !== id));
}
