/** Every shortcut of the app in one registry. A test finds conflicts; the help and the palette read it. */
import type { Key } from '@/shared/i18n';

export interface Binding {
  /** One press, or two one after the other (`g i`). */
  keys: readonly string[];
  title: Key;
  group: 'list' | 'conversation' | 'places' | 'desk';
}

export const KEYMAP = {
  next: { keys: ['j'], title: 'keys.next', group: 'list' },
  previous: { keys: ['k'], title: 'keys.previous', group: 'list' },
  open: { keys: ['Enter', 'o'], title: 'keys.open', group: 'list' },
  peek: { keys: ['Space'], title: 'keys.peek', group: 'list' },
  back: { keys: ['u', 'Escape'], title: 'keys.back', group: 'list' },
  choose: { keys: ['x'], title: 'keys.choose', group: 'list' },
  choose_next: { keys: ['Shift+j'], title: 'keys.choose_next', group: 'list' },
  choose_previous: { keys: ['Shift+k'], title: 'keys.choose_previous', group: 'list' },
  choose_all: { keys: ['* a'], title: 'keys.choose_all', group: 'list' },
  filter: { keys: ['f'], title: 'keys.filter', group: 'list' },
  board_left: { keys: ['ArrowLeft'], title: 'keys.board_left', group: 'list' },
  board_right: { keys: ['ArrowRight'], title: 'keys.board_right', group: 'list' },
  board_move_left: { keys: ['Shift+ArrowLeft'], title: 'keys.board_move_left', group: 'list' },
  board_move_right: { keys: ['Shift+ArrowRight'], title: 'keys.board_move_right', group: 'list' },
  board_move: { keys: ['m'], title: 'keys.board_move', group: 'list' },
  reply: { keys: ['r'], title: 'keys.reply', group: 'conversation' },
  note: { keys: ['n'], title: 'keys.note', group: 'conversation' },
  quote: { keys: ['q'], title: 'keys.quote', group: 'conversation' },
  find_in_thread: { keys: ['Shift+f'], title: 'keys.find_in_thread', group: 'conversation' },
  task: { keys: ['Shift+t'], title: 'keys.task', group: 'conversation' },
  task_pattern: { keys: ['Shift+c'], title: 'keys.task_pattern', group: 'conversation' },
  discuss: { keys: ['Shift+d'], title: 'keys.discuss', group: 'conversation' },
  resolve: { keys: ['e'], title: 'keys.resolve', group: 'conversation' },
  no_answer: { keys: ['y'], title: 'keys.no_answer', group: 'conversation' },
  snooze: { keys: ['h'], title: 'keys.snooze', group: 'conversation' },
  recent_files: { keys: ['Mod+Shift+u'], title: 'keys.recent_files', group: 'conversation' },
  ask_review: { keys: ['Mod+Shift+e'], title: 'keys.ask_review', group: 'conversation' },
  send_resolve: { keys: ['Mod+Shift+Enter'], title: 'keys.send_resolve', group: 'conversation' },
  send_anyway: { keys: ['Mod+Shift+y'], title: 'keys.send_anyway', group: 'conversation' },
  assign: { keys: ['a'], title: 'keys.assign', group: 'conversation' },
  assign_me: { keys: ['i'], title: 'keys.assign_me', group: 'conversation' },
  my_longest: { keys: ['Mod+j'], title: 'keys.my_longest', group: 'list' },
  take_next: { keys: ['t'], title: 'keys.take_next', group: 'list' },
  priority: { keys: ['p'], title: 'keys.priority', group: 'conversation' },
  follow: { keys: ['w'], title: 'keys.follow', group: 'conversation' },
  hand_over: { keys: ['Shift+a'], title: 'keys.hand_over', group: 'conversation' },
  macro: { keys: ['Shift+m'], title: 'keys.macro', group: 'conversation' },
  ask_in: { keys: ['Shift+i'], title: 'keys.ask_in', group: 'conversation' },
  pin: { keys: ['Shift+p'], title: 'keys.pin', group: 'conversation' },
  unread: { keys: ['Shift+u'], title: 'keys.unread', group: 'conversation' },
  labels: { keys: ['l'], title: 'keys.labels', group: 'conversation' },
  go_inbox: { keys: ['g i'], title: 'keys.go_inbox', group: 'places' },
  go_contacts: { keys: ['g c'], title: 'keys.go_contacts', group: 'places' },
  go_board: { keys: ['g b'], title: 'keys.go_board', group: 'places' },
  go_companies: { keys: ['g o'], title: 'keys.go_companies', group: 'places' },
  go_tasks: { keys: ['g t'], title: 'keys.go_tasks', group: 'places' },
  go_live: { keys: ['g l'], title: 'keys.go_live', group: 'places' },
  go_reviews: { keys: ['g r'], title: 'keys.go_reviews', group: 'places' },
  go_discussions: { keys: ['g d'], title: 'keys.go_discussions', group: 'places' },
  go_settings: { keys: ['g s'], title: 'keys.go_settings', group: 'places' },
  notifications: { keys: ['g n'], title: 'keys.notifications', group: 'places' },
  start: { keys: ['c'], title: 'keys.start', group: 'desk' },
  palette: { keys: ['Mod+k'], title: 'keys.palette', group: 'desk' },
  search: { keys: ['/'], title: 'keys.search', group: 'desk' },
  finish: { keys: ['g e'], title: 'keys.finish', group: 'desk' },
  availability: { keys: ['Shift+o'], title: 'keys.availability', group: 'desk' },
  views: { keys: ['['], title: 'keys.views', group: 'desk' },
  context: { keys: [']'], title: 'keys.context', group: 'desk' },
  help: { keys: ['?'], title: 'keys.help', group: 'desk' },
} as const satisfies Record<string, Binding>;

export type Command = keyof typeof KEYMAP;

/** What a command needs of whoever presses its key; the server would refuse it without. */
export const NEEDS: Partial<Record<Command, string>> = {
  reply: 'messages:send',
  note: 'messages:send',
  quote: 'messages:send',
  ask_review: 'messages:send',
  send_anyway: 'messages:send',
  send_resolve: 'messages:send',
  recent_files: 'messages:send',
  start: 'messages:send',
  task: 'conversations:change',
  task_pattern: 'conversations:change',
  discuss: 'conversations:change',
  resolve: 'conversations:change',
  no_answer: 'conversations:change',
  snooze: 'conversations:change',
  assign: 'conversations:change',
  assign_me: 'conversations:change',
  take_next: 'conversations:change',
  priority: 'conversations:change',
  follow: 'conversations:change',
  hand_over: 'conversations:change',
  finish: 'conversations:change',
  ask_in: 'conversations:change',
  macro: 'conversations:change',
  go_live: 'live:read',
};

/** What an agent changed: the one key of a command, or an empty text for none. */
export type ChangedKeys = Readonly<Record<string, string>>;

/** Presses of letters, signs and sequences may be changed; what every program understands alike stays. */
function isChangeable(key: string): boolean {
  return key !== 'Escape' && key !== 'Enter' && !key.startsWith('Mod+');
}

export function canChange(command: Command): boolean {
  return KEYMAP[command].keys.some(isChangeable);
}

/** The keys of a command, as this agent has them. */
export function keysWith(command: Command, changed: ChangedKeys): readonly string[] {
  const usual: readonly string[] = KEYMAP[command].keys;
  const own = changed[command];
  if (own === undefined) return usual;
  const fixed = usual.filter((key) => !isChangeable(key));
  return own === '' ? fixed : [own, ...fixed];
}

/** What a new key of a command would clash with: another command, undoing, or the browser. Null: it is free. */
export function clashOf(command: Command, key: string, changed: ChangedKeys): Command | 'undo' | 'browser' | null {
  if (FORBIDDEN.test(key) || key.startsWith('Mod+')) return 'browser';
  if ((TAKEN_ELSEWHERE as readonly string[]).includes(key)) return 'undo';
  const others = (Object.keys(KEYMAP) as Command[]).filter((other) => other !== command);
  return others.find((other) => keysWith(other, changed).some((one) => one === key || isHidden(one, key))) ?? null;
}

function isHidden(one: string, other: string): boolean {
  return one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

/** Taken by parts of the page that listen for themselves. */
export const TAKEN_ELSEWHERE = ['z'] as const;

/** Presses that belong to the browser: never ours. */
export const FORBIDDEN = /^Mod\+(Shift\+)?[flnrtw0-9]$/;

/** Problems of a key map, in words for whoever broke it: doubles, prefixes that hide a key, the browser's own keys. */
export function findConflicts(map: Readonly<Record<string, Pick<Binding, 'keys'>>>): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>(TAKEN_ELSEWHERE.map((key) => [key, 'elsewhere']));
  for (const [command, { keys }] of Object.entries(map)) {
    for (const key of keys) {
      const owner = owners.get(key);
      if (owner) problems.push(`${key}: ${owner} and ${command}`);
      if (FORBIDDEN.test(key)) problems.push(`${key}: belongs to the browser (${command})`);
      owners.set(key, command);
    }
  }
  for (const [key, command] of owners) {
    const prefix = key.includes(' ') ? key.slice(0, key.indexOf(' ')) : null;
    const hidden = prefix === null ? undefined : owners.get(prefix);
    if (hidden) problems.push(`${key} (${command}) hides ${prefix} (${hidden})`);
  }
  return problems;
}
