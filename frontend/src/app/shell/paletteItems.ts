/** What the palette offers: this conversation first, then places, then conversations that were found. */
import {
  Activity,
  AlarmClock,
  AlarmClockOff,
  ArrowRight,
  Building2,
  Check,
  ClipboardList,
  DoorOpen,
  Inbox,
  Kanban,
  ListChecks,
  Lock,
  MessagesSquare,
  ScanEye,
  PanelLeft,
  PanelRight,
  Reply,
  Search,
  Settings,
  TimerOff,
  SquarePen,
  Tag,
  UserMinus,
  UserPlus,
  UsersRound,
  Users,
  Keyboard,
  ListFilter,
  Zap,
  type LucideIcon,
} from 'lucide-react';
import type { Conversation, Id } from '@/shared/api/types';
import { getSession } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { canRun, keyParts, keysOf, runCommand } from '@/shared/keys/keyboard';
import { KEYMAP, type Command } from '@/shared/keys/keymap';
import { compareRows } from '@/shared/store/lists';
import type { State } from '@/shared/store/state';
import { VIEW_ICONS, VIEW_NAMES, viewTitle } from '../inbox/views';
import { paths } from '../paths';
import { teamsByName } from '../teams/teams';
import type { TextPiece } from '../search/calls';
import { assign, moveToTeam, wake } from '../thread/actions';

export interface PaletteItem {
  id: string;
  group: 'conversation' | 'places' | 'found' | 'contacts' | 'companies' | 'discussions' | 'messages';
  title: string;
  /** What the server found in them, marked; else the palette marks what was typed. */
  pieces?: { title: readonly TextPiece[]; hint: readonly TextPiece[] };
  hint: string;
  icon: LucideIcon | null;
  contact: { id: Id; name: string } | null;
  keys: readonly string[];
  run: () => void;
}

const FOUND = 8;

export function paletteItems(
  state: State,
  selected: Conversation | undefined,
  go: (path: string) => void,
): PaletteItem[] {
  return [...conversationItems(state, selected), ...placeItems(state, go), ...foundItems(state, selected, go)];
}

/** Those whose title or hint has the text, the ones that begin with it first. */
export function filterItems(items: readonly PaletteItem[], search: string): PaletteItem[] {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === '') return items.filter((item) => item.group !== 'found').slice(0, 12);
  const rank = (item: PaletteItem) => {
    const title = item.title.toLocaleLowerCase();
    return title.startsWith(wanted)
      ? 0
      : title.includes(` ${wanted}`)
        ? 1
        : title.includes(wanted)
          ? 2
          : item.hint.toLocaleLowerCase().includes(wanted)
            ? 3
            : 4;
  };
  const order = ['conversation', 'places', 'found'];
  const hits = items
    .filter((item) => rank(item) < 4)
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || rank(a) - rank(b));
  let found = 0;
  return hits.filter((item) => item.group !== 'found' || (found += 1) <= FOUND);
}

function conversationItems(state: State, selected: Conversation | undefined): PaletteItem[] {
  if (!selected) return [];
  const command = (name: Command, icon: LucideIcon): PaletteItem[] =>
    canRun(name)
      ? [
          {
            ...base('conversation', name),
            title: t(KEYMAP[name].title),
            icon,
            keys: keyOf(name),
            run: () => void runCommand(name),
          },
        ]
      : [];
  const mayChange = getSession()?.agent.permissions.includes('conversations:change') === true;
  const others = [...state.agents.values()].filter(
    (agent) => mayChange && agent.is_active && agent.id !== state.me && agent.id !== selected.assignee_id,
  );
  return [
    ...command('resolve', Check),
    ...command('reply', Reply),
    ...command('note', Lock),
    ...command('find_in_thread', Search),
    ...(selected.waiting_since === null || selected.state === 'resolved' ? [] : command('no_answer', TimerOff)),
    ...(selected.state === 'resolved' ? [] : command('snooze', AlarmClock)),
    ...(mayChange && selected.state === 'snoozed'
      ? [
          {
            ...base('conversation', 'wake'),
            title: t('snooze.wake'),
            icon: AlarmClockOff,
            run: () => wake(selected),
          },
        ]
      : []),
    ...command('macro', Zap),
    ...command('task', ClipboardList),
    ...command('task_pattern', ListChecks),
    ...command('discuss', MessagesSquare),
    ...command('ask_review', ScanEye),
    ...command('labels', Tag),
    ...(selected.assignee_id === state.me ? [] : command('assign_me', UserPlus)),
    ...others.map((agent) => ({
      ...base('conversation', `assign ${agent.id}`),
      title: t('palette.assign', { name: agent.name }),
      icon: UserPlus,
      run: () => assign(selected, agent.id),
    })),
    ...teamsByName(state.teams)
      .filter((team) => mayChange && team.id !== selected.team_id)
      .map((team) => ({
        ...base('conversation', `team ${team.id}`),
        title: t('palette.team', { team: team.name }),
        icon: UsersRound,
        run: () => moveToTeam(selected, team.id),
      })),
    ...(!mayChange || selected.assignee_id === null
      ? []
      : [
          {
            ...base('conversation', 'release'),
            title: t('palette.release'),
            icon: UserMinus,
            run: () => assign(selected, null),
          },
        ]),
  ];
}

function placeItems(state: State, go: (path: string) => void): PaletteItem[] {
  return [
    ...VIEW_NAMES.map((view) => ({
      ...base('places', view),
      title: viewTitle(view, state),
      hint: t('palette.view'),
      icon: VIEW_ICONS[view],
      run: () => go(paths.inbox(view)),
    })),
    ...state.savedViews.map((view) => ({
      ...base('places', view.id),
      title: view.name,
      hint: t('palette.view'),
      icon: ListFilter,
      run: () => go(paths.inbox(`saved-${view.id}`)),
    })),
    ...[...state.channels.values()].map((channel) => ({
      ...base('places', channel.id),
      title: channel.name,
      hint: t('palette.channel'),
      icon: Inbox,
      run: () => go(paths.inbox(`channel-${channel.id}`)),
    })),
    ...(canRun('take_next')
      ? [
          {
            ...base('places', 'take_next'),
            title: t('keys.take_next'),
            icon: UserPlus,
            keys: keyOf('take_next'),
            run: () => void runCommand('take_next'),
          },
        ]
      : []),
    ...(canRun('start')
      ? [
          {
            ...base('places', 'start'),
            title: t('keys.start'),
            icon: SquarePen,
            keys: keyOf('start'),
            run: () => void runCommand('start'),
          },
        ]
      : []),
    {
      ...base('places', 'contacts'),
      title: t('shell.contacts'),
      icon: Users,
      keys: keyOf('go_contacts'),
      run: () => go(paths.contacts()),
    },
    {
      ...base('places', 'board'),
      title: t('board.title'),
      icon: Kanban,
      keys: keyOf('go_board'),
      run: () => go(paths.board()),
    },
    {
      ...base('places', 'companies'),
      title: t('companies.title'),
      icon: Building2,
      keys: keyOf('go_companies'),
      run: () => go(paths.companies()),
    },
    {
      ...base('places', 'tasks'),
      title: t('task.title'),
      icon: ClipboardList,
      keys: keyOf('go_tasks'),
      run: () => go(paths.tasks()),
    },
    ...(canRun('go_live')
      ? [
          {
            ...base('places', 'live'),
            title: t('shell.live'),
            icon: Activity,
            keys: keyOf('go_live'),
            run: () => go(paths.live()),
          },
        ]
      : []),
    {
      ...base('places', 'reviews'),
      title: t('review.title'),
      icon: ScanEye,
      keys: keyOf('go_reviews'),
      run: () => go(paths.reviews()),
    },
    {
      ...base('places', 'discussions'),
      title: t('discussion.title'),
      icon: MessagesSquare,
      keys: keyOf('go_discussions'),
      run: () => go(paths.discussions()),
    },
    ...(canRun('finish')
      ? [
          {
            ...base('places', 'finish'),
            title: t('keys.finish'),
            icon: DoorOpen,
            keys: keyOf('finish'),
            run: () => go(paths.finish()),
          },
        ]
      : []),
    ...(getSession()?.agent.permissions.includes('conversations:assign')
      ? [
          {
            ...base('places', 'absent'),
            title: t('palette.absent'),
            icon: UserMinus,
            run: () => go(paths.absent()),
          },
        ]
      : []),
    {
      ...base('places', 'settings'),
      title: t('shell.settings'),
      icon: Settings,
      keys: keyOf('go_settings'),
      run: () => go(paths.settings()),
    },
    {
      ...base('places', 'keys'),
      title: t('keys.help'),
      icon: Keyboard,
      keys: keyOf('help'),
      run: () => void runCommand('help'),
    },
    ...(canRun('views')
      ? [
          {
            ...base('places', 'views'),
            title: t('keys.views'),
            icon: PanelLeft,
            keys: keyOf('views'),
            run: () => void runCommand('views'),
          },
        ]
      : []),
    ...(canRun('context')
      ? [
          {
            ...base('places', 'context'),
            title: t('keys.context'),
            icon: PanelRight,
            keys: keyOf('context'),
            run: () => void runCommand('context'),
          },
        ]
      : []),
  ];
}

function foundItems(state: State, selected: Conversation | undefined, go: (path: string) => void): PaletteItem[] {
  return [...state.conversations.values()]
    .filter((row) => row.id !== selected?.id)
    .sort((a, b) => compareRows(a, b, { view: 'open', order: 'newest', channelId: null }))
    .map((row) => ({
      ...base('found', row.id),
      title: row.contact.name,
      hint: row.last_message?.preview ?? '',
      icon: ArrowRight,
      contact: row.contact,
      run: () => go(paths.inbox(row.state === 'resolved' ? 'resolved' : 'open', row.id)),
    }));
}

function base(group: PaletteItem['group'], id: string) {
  return { id: `${group} ${id}`, group, hint: '', contact: null, keys: [] as readonly string[] };
}

function keyOf(command: Command): readonly string[] {
  return keyParts(keysOf(command)[0] ?? '');
}
