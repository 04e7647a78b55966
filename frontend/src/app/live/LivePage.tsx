/** How everything stands now: for whoever looks after the others, and for the wall. */
import { Maximize2, Minimize2, Volume2, VolumeX } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { Id, Live } from '@/shared/api/types';
import { useSecond } from '@/shared/format/clock';
import { useEvent } from '@/shared/hooks/useEvent';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { formatDate, formatDuration } from '@/shared/i18n/format';
import { useCommands } from '@/shared/keys/keyboard';
import { problemText } from '@/shared/problem';
import { loadConversation } from '@/shared/store/load';
import { getState, useStore } from '@/shared/store/store';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuChoice } from '@/shared/ui/Menu';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';
import { playTone } from '../reach/sound';
import { screens } from '../routes';
import { teamsByName } from '../teams/teams';
import { assign } from '../thread/actions';
import { Agents } from './Agents';
import { ALARMS, asAlarm, sounds, type Alarm, type Situation } from './alarm';
import { Figures } from './Figures';
import { EVERYWHERE, NO_TEAM, rowsOf, sumOf, type Scope } from './figures';
import { PressingList } from './PressingList';
import { Teams } from './Teams';
import { useLive } from './useLive';
import { useWall } from './useWall';

const NoteDialog = lazy(() => import('./NoteDialog'));

/** From here on it is said how old the figures are. */
const STALE_MS = 10_000;

export default function LivePage() {
  const { live, skewMs, isRefused } = useLive();
  const may = useMay('live:read');
  useEffect(() => {
    document.title = t('shell.title', { title: t('shell.live') });
  }, []);
  if (!may || isRefused) {
    return (
      <main className="grid h-full place-items-center bg-surface">
        <EmptyState title={t('live.refused')} text={t('live.refused_text')} />
      </main>
    );
  }
  return live === null ? (
    <main aria-label={t('shell.live')} className="h-full bg-surface">
      <Skeleton className="p-6" />
    </main>
  ) : (
    <LiveScreen live={live} skewMs={skewMs} />
  );
}

function LiveScreen({ live, skewMs }: { readonly live: Live; readonly skewMs: number }) {
  const [teamId, setTeamId] = useStored('threadline-live-team', EVERYWHERE as string);
  const [channelId, setChannelId] = useStored('threadline-live-channel', EVERYWHERE as string);
  const scope: Scope = useKnownScope({ teamId, channelId });
  const now = useSecond() + skewMs;
  const wall = useWall();
  const sums = sumOf(live.groups, scope);
  const oldestMs = sums.longestSince === null ? null : now - Date.parse(sums.longestSince);
  const [alarm, setAlarm] = useAlarm({ late: sums.late, oldestMs }, `${scope.teamId} ${scope.channelId}`);
  const acts = useActs();
  const members = useMembers(scope.teamId);
  const agents = members === null ? live.agents : live.agents.filter(({ id }) => members.includes(id));
  const ageMs = now - Date.parse(live.at);
  return (
    <main
      ref={acts.root}
      aria-label={t('shell.live')}
      style={wall.isOn ? { zoom: wall.zoom } : undefined}
      className={cx(
        'flex flex-col bg-surface text-ink',
        wall.isOn ? 'fixed inset-0 z-20' : 'h-full min-h-0',
        wall.hidesPointer && 'cursor-none',
      )}
    >
      <header className="flex min-h-[52px] shrink-0 items-center gap-3 border-b border-line bg-canvas px-6 max-md:flex-wrap max-md:px-4 max-md:py-2">
        <h1 className="text-16 font-semibold">{t('shell.live')}</h1>
        <ScopeChoice live={live} scope={scope} onTeam={setTeamId} onChannel={setChannelId} />
        <span className="flex-1" />
        <span
          role="status"
          className={cx(
            'tabular min-w-40 text-end text-13 max-md:min-w-0',
            ageMs > STALE_MS ? 'text-warn' : 'text-muted',
          )}
        >
          {ageMs > STALE_MS && t('live.stale', { age: formatDuration(ageMs / 1000) })}
        </span>
        <AlarmMenu alarm={alarm} onAlarm={setAlarm} />
        <IconButton
          icon={wall.isOn ? Minimize2 : Maximize2}
          label={t(wall.isOn ? 'live.leave_wall' : 'live.wall')}
          onClick={wall.isOn ? wall.leave : wall.enter}
          className="max-md:hidden"
        />
        <time className="tabular min-w-20 text-end text-16 font-semibold max-md:hidden">
          {formatDate(new Date(now), { hour: '2-digit', minute: '2-digit', second: '2-digit' })}
        </time>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Figures live={live} sums={sums} scope={scope} agents={agents} now={now} />
        <div className="grid min-h-0 xl:grid-cols-[minmax(0,2fr)_minmax(22rem,1fr)]">
          <div className="min-w-0">
            {(['waiting', 'closing', 'failed'] as const).map((kind) => (
              <PressingList
                key={kind}
                kind={kind}
                rows={rowsOf(live, live[`${kind}_ids`], scope)}
                total={sums[kind]}
                scope={scope}
                now={now}
                acts={acts}
              />
            ))}
          </div>
          <div className="min-w-0 border-line bg-canvas max-xl:border-t xl:border-s">
            <Teams live={live} scope={scope} now={now} />
            <Agents agents={agents} activeMin={live.active_min} now={now} />
          </div>
        </div>
      </div>
      <Suspense fallback={null}>
        {acts.peeked !== null && (
          <screens.Peek
            conversationId={acts.peeked}
            onStep={acts.peekBeside}
            onClose={() => acts.peek(null)}
            onOpen={acts.open}
          />
        )}
        {acts.noted !== null && <NoteDialog conversationId={acts.noted} onClose={() => acts.note(null)} />}
      </Suspense>
    </main>
  );
}

/** What a row is asked to do, by its menu or by a key while it has the focus. */
export interface Acts {
  readonly open: (id: Id) => void;
  readonly peek: (id: Id | null) => void;
  readonly take: (id: Id) => void;
  readonly give: (id: Id, agentId: Id | null) => void;
  readonly note: (id: Id | null) => void;
  /** The row whose choice of people is open. */
  readonly giving: Id | null;
  readonly setGiving: (id: Id | null) => void;
}

function useActs() {
  const [, navigate] = useLocation();
  const root = useRef<HTMLElement>(null);
  const [peeked, peek] = useState<Id | null>(null);
  const [noted, note] = useState<Id | null>(null);
  const [giving, setGiving] = useState<Id | null>(null);
  const open = useEvent((id: Id) => navigate(paths.inbox('open', id)));
  const give = useEvent((id: Id, agentId: Id | null) => void giveTo(id, agentId));
  const take = useEvent((id: Id) => give(id, getState().me));
  const mayChange = useMay('conversations:change');
  useEffect(() => {
    if (peeked !== null) void isRead(peeked).then((isThere) => !isThere && peek(null));
  }, [peeked]);
  const rows = () => [...(root.current?.querySelectorAll<HTMLElement>('[data-live-row]') ?? [])];
  const here = () => document.activeElement?.closest<HTMLElement>('[data-live-row]') ?? null;
  const hereId = () => here()?.dataset.liveRow;
  const step = (by: number) => {
    const all = rows();
    const at = all.indexOf(here() as HTMLElement);
    all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
    return all.length > 0;
  };
  const withRow = (work: (id: Id) => void) => () => {
    const id = hereId();
    if (id === undefined) return false;
    work(id);
    return true;
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    open: withRow(open),
    peek: withRow(peek),
    assign_me: withRow(take),
    assign: withRow(setGiving),
    note: withRow((id) => mayChange && note(id)),
  });
  const peekBeside = (by: number) =>
    peek((before) => {
      const ids = [...new Set(rows().map((row) => row.dataset.liveRow))];
      return ids[ids.indexOf(before ?? undefined) + by] ?? before;
    });
  return { root, open, peek, peeked, peekBeside, take, give, note, noted, giving, setGiving };
}

/** The screen shows more rows than the desk has read: what is changed or looked into is read first. */
async function isRead(id: Id): Promise<boolean> {
  try {
    if (!getState().conversations.has(id)) await loadConversation(id);
    return true;
  } catch (cause) {
    showToast(problemText(cause), { isError: true });
    return false;
  }
}

async function giveTo(id: Id, agentId: Id | null): Promise<void> {
  if (!(await isRead(id))) return;
  const conversation = getState().conversations.get(id);
  if (conversation) assign(conversation, agentId);
}

/** A team or channel that is gone since this browser kept it means everything. */
function useKnownScope({ teamId, channelId }: Scope): Scope {
  const isTeam = useStore((state) => teamId === NO_TEAM || state.teams.size === 0 || state.teams.has(teamId));
  const isChannel = useStore((state) => state.channels.size === 0 || state.channels.has(channelId));
  return { teamId: isTeam ? teamId : EVERYWHERE, channelId: isChannel ? channelId : EVERYWHERE };
}

/** Of one team; null: everybody counts. */
function useMembers(teamId: string): readonly Id[] | null {
  return useStore((state) => state.teams.get(teamId)?.member_ids ?? null);
}

interface ScopeChoiceProps {
  readonly live: Live;
  readonly scope: Scope;
  readonly onTeam: (id: string) => void;
  readonly onChannel: (id: string) => void;
}

const ALL = 'all';

function ScopeChoice({ live, scope, onTeam, onChannel }: ScopeChoiceProps) {
  const teams = useStore((state) => state.teams);
  const channels = useStore((state) => state.channels);
  const connected = [...channels.values()].filter(
    ({ id, state }) => state !== 'disconnected' || live.groups.some((group) => group.channel_id === id),
  );
  const hasTeamless = live.groups.some(({ team_id }) => team_id === null);
  return (
    <>
      {teams.size > 0 && (
        <Select
          label={t('team.title')}
          isLabelHidden
          isBare
          value={scope.teamId === EVERYWHERE ? ALL : scope.teamId}
          options={[
            { value: ALL, label: t('live.all_teams') },
            ...teamsByName(teams).map(({ id, name }) => ({ value: id, label: name })),
            ...(hasTeamless || scope.teamId === NO_TEAM ? [{ value: NO_TEAM, label: t('team.none') }] : []),
          ]}
          onValueChange={(value) => onTeam(value === ALL ? EVERYWHERE : value)}
        />
      )}
      {connected.length > 1 && (
        <Select
          label={t('live.channel')}
          isLabelHidden
          isBare
          value={scope.channelId === EVERYWHERE ? ALL : scope.channelId}
          options={[
            { value: ALL, label: t('live.all_channels') },
            ...connected
              .sort((a, b) => a.name.localeCompare(b.name))
              .map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onValueChange={(value) => onChannel(value === ALL ? EVERYWHERE : value)}
        />
      )}
    </>
  );
}

/** Sounds by the tone of this agent's own settings, in this browser only. */
function useAlarm(now: Situation, scope: string): [Alarm, (alarm: Alarm) => void] {
  const [stored, store] = useStored('threadline-live-alarm', 'off' as string);
  const alarm = asAlarm(stored);
  const { preferences } = useSignedIn();
  const before = useRef<{ readonly scope: string; readonly situation: Situation } | null>(null);
  const ring = useEvent(() => playTone(preferences.tone === 'none' ? 'chime' : preferences.tone, preferences.volume));
  const { late, oldestMs } = now;
  useEffect(() => {
    const last = before.current?.scope === scope ? before.current.situation : null;
    if (sounds(alarm, last, { late, oldestMs })) ring();
    before.current = { scope, situation: { late, oldestMs } };
  }, [alarm, late, oldestMs, scope, ring]);
  const choose = (next: Alarm) => {
    store(next);
    if (next !== 'off') ring(); // how it will sound, and a browser lets it only after a press
  };
  return [alarm, choose];
}

function AlarmMenu({ alarm, onAlarm }: { readonly alarm: Alarm; readonly onAlarm: (alarm: Alarm) => void }) {
  const nameOf = (one: Alarm) =>
    one === 'off' || one === 'late' ? t(`live.alarm_${one}`) : t('live.alarm_oldest', { minutes: one });
  return (
    <Menu
      trigger={
        <IconButton
          icon={alarm === 'off' ? VolumeX : Volume2}
          label={t('live.alarm', { what: nameOf(alarm) })}
          isPressed={alarm !== 'off'}
        />
      }
    >
      <MenuChoice
        label={t('live.alarm_title')}
        value={alarm}
        options={ALARMS.map((value) => ({ value, label: nameOf(value) }))}
        onValueChange={(value) => onAlarm(asAlarm(value))}
      />
    </Menu>
  );
}
