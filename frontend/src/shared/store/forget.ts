/** What a page that is open all day lets go of, so that its memory does not grow with what happens elsewhere. */
import type { Id } from '@/shared/api/types';
import type { State } from './state';

/** So many rows that nothing shows are kept for whoever comes back to them. */
const ROWS_KEPT = 1_000;
/** Forgotten in one go, so that not every frame has to look. */
const ROWS_BEYOND = 500;
const MARKS_BEYOND = 2_000;
/** Threads beside the open one and one's own that go on growing: those shown or loaded last. */
const NEAR_THREADS = 10;
const LONGEST_NEAR = 200;

/** Rows that no list, thread or mark needs, those that changed longest ago first. */
export function forgottenRows(state: State): readonly Id[] {
  if (state.conversations.size <= ROWS_KEPT + ROWS_BEYOND) return [];
  const needed = neededRows(state);
  const most = state.conversations.size - Math.max(ROWS_KEPT, needed.size);
  const forgotten: Id[] = [];
  for (const id of state.learnt.keys()) {
    if (forgotten.length >= most) break;
    if (state.conversations.has(id) && !needed.has(id)) forgotten.push(id);
  }
  return forgotten;
}

/** When what is not here any more, or never was, was learnt. */
export function forgottenMarks({ learnt, conversations, messages, contacts, channels, agents }: State): readonly Id[] {
  const here = [conversations, messages, contacts, channels, agents];
  if (learnt.size <= here.reduce((sum, { size }) => sum + size, MARKS_BEYOND)) return [];
  return [...learnt.keys()].filter((id) => !here.some((things) => things.has(id)));
}

function neededRows(state: State): ReadonlySet<Id> {
  const needed = new Set<Id>([...state.pins, ...state.taken, ...state.threads.keys(), ...state.mentions]);
  if (state.opened !== null) needed.add(state.opened);
  for (const list of state.lists.values()) for (const id of list.ids) needed.add(id);
  for (const ids of state.merged.values()) for (const id of ids) needed.add(id);
  for (const one of [...state.unsent.values(), ...state.drafts.values()]) needed.add(one.conversationId);
  for (const one of state.reviews) needed.add(one.conversation_id);
  return needed;
}

/** Of the threads in which something came: those that nobody is likely to open next. They are loaded when somebody does. */
export function grownThreads(state: State, touched: Iterable<Id>): readonly Id[] {
  const read = readThreads(state);
  const near = new Set([...state.threads.keys()].slice(-NEAR_THREADS));
  return [...touched].filter((id) => {
    const thread = state.threads.get(id);
    if (!thread || read.has(id) || state.conversations.get(id)?.assignee_id === state.me) return false;
    return !near.has(id) || thread.ids.length > LONGEST_NEAR;
  });
}

/** What is read in the open conversation, those read within it and the earlier ones among them. */
function readThreads(state: State): ReadonlySet<Id> {
  const read = new Set<Id>();
  if (state.opened === null) return read;
  for (const first of [state.opened, ...(state.merged.get(state.opened) ?? [])]) {
    for (let id: Id | null | undefined = first; id && !read.has(id); id = state.threads.get(id)?.earlier) read.add(id);
  }
  return read;
}
