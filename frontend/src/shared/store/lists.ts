/** Which conversations a list holds and in which order: the rules of the server's views, for rows that change here. */
import type { Conversation, ConversationRow, Id, Time } from '@/shared/api/types';
import { waitingSince } from '@/shared/format/waiting';
import type { ListQuery, ListState, ListView } from './state';

/** One's own conversations that are in work, the longest waiting first. */
export const MINE: ListQuery = { view: 'mine', order: 'longest', channelId: null };

export function isInView(row: ConversationRow, view: ListView, me: Id): boolean {
  const isOpen = row.state !== 'resolved';
  const isInWork = isOpen && row.state !== 'snoozed';
  switch (view) {
    case 'mine':
      return isInWork && row.assignee_id === me;
    case 'followed':
      return isInWork && row.follower_ids.includes(me);
    case 'unassigned':
      return isInWork && row.assignee_id === null;
    case 'waiting':
      return waitingSince(row) !== null;
    case 'open':
      return row.state === 'open';
    case 'snoozed':
      return row.state === 'snoozed';
    case 'drafts':
    case 'mentions':
      return false;
    case 'scheduled':
      return row.scheduled_count > 0;
    case 'held':
      return row.held_count > 0;
    case 'failed':
      return row.has_failed;
    case 'resolved':
      return !isOpen;
    case 'all':
      return true;
    case 'found':
      return false;
  }
}

/** Views that a row alone does not decide about: one's own drafts and mentions. The server says what stands in them. */
export function isOwnView(view: ListView): boolean {
  return view === 'drafts' || view === 'mentions';
}

export function isInList(row: ConversationRow, query: ListQuery, me: Id): boolean {
  return isInView(row, query.view, me) && (query.channelId === null || row.channel_id === query.channelId);
}

const NO_RANKS: ListState['ranks'] = new Map();

/**
 * Negative if `a` stands above `b`. Due: what is due next; longest: who waits longest; then the newest; newest: the last
 * activity.
 */
export function compareRows(
  a: ConversationRow,
  b: ConversationRow,
  query: ListQuery,
  ranks: ListState['ranks'] = NO_RANKS,
): number {
  if (query.order === 'priority' && a.priority !== b.priority) return b.priority - a.priority;
  if (query.order === 'oldest') return compareTimes(listTime(a), listTime(b)) || compareTexts(a.id, b.id);
  if (query.order !== 'newest' && query.order !== 'priority') {
    const [sinceA, sinceB] = [waitingSince(a), waitingSince(b)];
    if ((sinceA === null) !== (sinceB === null)) return sinceA === null ? 1 : -1;
    if (sinceA !== null && sinceB !== null) {
      // Who came since the order was asked for stands behind until it is asked for again.
      const [rankA, rankB] = [ranks.get(a.id) ?? ranks.size, ranks.get(b.id) ?? ranks.size];
      if (rankA !== rankB) return rankA - rankB;
      if (query.order === 'due') return compareDue(a, b) || compareTexts(a.id, b.id);
      return compareTimes(sinceA, sinceB) || compareTexts(a.id, b.id);
    }
  }
  return compareTimes(listTime(b), listTime(a)) || compareTexts(b.id, a.id);
}

/** When somebody who waits is due is known a moment after they began: until then they stand last. */
function compareDue({ due_at: a }: ConversationRow, { due_at: b }: ConversationRow): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Date.parse(a) - Date.parse(b);
}

/** Where a list puts a row: its last message, or the moment it came back by itself. */
export function listTime(row: ConversationRow): Time {
  const { last_activity_at: active, woken_at: woken } = row;
  return woken !== null && compareTimes(woken, active) > 0 ? woken : active;
}

/** RFC 3339 times of one server compare as instants; the text decides only between equal ones. */
export function compareTimes(a: Time, b: Time): number {
  return Date.parse(a) - Date.parse(b) || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True if the row lies within what was loaded; what lies behind comes with its page. */
function isLoadedPart(row: ConversationRow, list: ListState): boolean {
  if (list.next === null || list.boundary === null) return true;
  if (list.query.view === 'waiting') {
    return waitingSince(row) !== null && row.due_at !== null && compareTimes(row.due_at, list.boundary) <= 0;
  }
  if (list.query.order === 'priority') {
    const [priority = '0', time = ''] = list.boundary.split(' ');
    if (row.priority !== Number(priority)) return row.priority > Number(priority);
    return compareTimes(listTime(row), time) >= 0;
  }
  if (list.query.order === 'oldest') return compareTimes(listTime(row), list.boundary) <= 0;
  if (list.query.order !== 'newest' && waitingSince(row) !== null) return true;
  return compareTimes(listTime(row), list.boundary) >= 0;
}

/** The list after the rows in `touched` changed; the same list if nothing of it moved. */
export function settleList(
  list: ListState,
  touched: ReadonlySet<Id>,
  conversations: ReadonlyMap<Id, Conversation>,
  me: Id,
): ListState {
  if (list.query.view === 'found') return settleFound(list, touched, conversations);
  const kept = list.ids.filter((id) => !touched.has(id));
  const ids = [...kept];
  for (const id of touched) {
    const row = conversations.get(id);
    const isMember = isOwnView(list.query.view) ? list.ids.includes(id) : row && isInList(row, list.query, me);
    if (row && isMember && isLoadedPart(row, list)) insertSorted(ids, row, list, conversations);
  }
  // Whoever waits or not any more changes how the others are ranked.
  const isStale = list.isStale || (list.query.order === 'triage' && touched.size > 0);
  return isStale === list.isStale && areSame(ids, list.ids) ? list : { ...list, ids, isStale };
}

/** Which rows belong to it only the server knows: those that do stay in order, and it is asked again. */
function settleFound(
  list: ListState,
  touched: ReadonlySet<Id>,
  conversations: ReadonlyMap<Id, Conversation>,
): ListState {
  if (touched.size === 0) return list;
  const ids = list.ids.some((id) => touched.has(id))
    ? sortIds(list.ids, list.query, conversations, list.ranks)
    : list.ids;
  return list.isStale && areSame(ids, list.ids) ? list : { ...list, ids, isStale: true };
}

function insertSorted(
  ids: Id[],
  row: ConversationRow,
  { query, ranks }: ListState,
  conversations: ReadonlyMap<Id, Conversation>,
): void {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = conversations.get(ids[middle] ?? '');
    if (other && compareRows(other, row, query, ranks) < 0) low = middle + 1;
    else high = middle;
  }
  ids.splice(low, 0, row.id);
}

export function sortIds(
  ids: Iterable<Id>,
  query: ListQuery,
  conversations: ReadonlyMap<Id, Conversation>,
  ranks: ListState['ranks'],
): Id[] {
  return [...new Set(ids)]
    .filter((id) => conversations.has(id))
    .sort((a, b) =>
      compareRows(conversations.get(a) as Conversation, conversations.get(b) as Conversation, query, ranks),
    );
}

function areSame(a: readonly Id[], b: readonly Id[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
