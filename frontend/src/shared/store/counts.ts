/** The figures beside the views, kept in step with the rows between two fetches. */
import type { ConversationRow, Count, Id } from '@/shared/api/types';
import { waitingSince } from '@/shared/format/waiting';
import { isInView } from './lists';
import type { Counts, ListView } from './state';

const VIEWS: readonly ListView[] = [
  'mine',
  'followed',
  'unassigned',
  'waiting',
  'open',
  'snoozed',
  'scheduled',
  'held',
  'failed',
  'resolved',
];

/** What one conversation's change does to the figures. `before` undefined: it is new. */
export function countChange(
  counts: Counts,
  before: ConversationRow | undefined,
  after: ConversationRow,
  me: Id,
): Counts {
  if (before && isCountedAlike(before, after, me)) return counts;
  const views = { ...counts.views };
  for (const view of VIEWS) {
    const known = views[view];
    if (known) views[view] = moved(known, weight(before, view, me), weight(after, view, me));
  }
  const channels = { ...counts.channels };
  const channel = channels[after.channel_id] ?? { total: 0, is_more: false, waiting: 0 };
  channels[after.channel_id] = moved(channel, weight(before, 'open', me), weight(after, 'open', me));
  return { ...counts, views, channels };
}

/** The first of the queue may have left it: then only the server knows who waits longest now. */
export function movesLongest(counts: Counts, before: ConversationRow | undefined, after: ConversationRow): boolean {
  const longest = counts.longestWaitingSince;
  const was = before ? waitingSince(before) : null;
  const is = waitingSince(after);
  if (was !== null && was === longest && is !== longest) return true;
  return is !== null && (longest === null || Date.parse(is) < Date.parse(longest));
}

function isCountedAlike(before: ConversationRow, after: ConversationRow, me: Id): boolean {
  return (
    before.state === after.state &&
    before.assignee_id === after.assignee_id &&
    before.follower_ids.includes(me) === after.follower_ids.includes(me) &&
    before.has_failed === after.has_failed &&
    before.scheduled_count > 0 === after.scheduled_count > 0 &&
    before.held_count > 0 === after.held_count > 0 &&
    (before.waiting_since === null) === (after.waiting_since === null) &&
    (before.paused_at === null) === (after.paused_at === null)
  );
}

interface Weight {
  total: number;
  waiting: number;
}

function weight(row: ConversationRow | undefined, view: ListView, me: Id): Weight {
  if (!row || !isInView(row, view, me)) return { total: 0, waiting: 0 };
  return { total: 1, waiting: waitingSince(row) === null ? 0 : 1 };
}

function moved(count: Count, before: Weight, after: Weight): Count {
  // Beyond its bound the server does not count: then neither do we.
  const isCounted = count.total !== null && !count.is_more;
  const total = isCounted ? Math.max(0, (count.total ?? 0) + after.total - before.total) : count.total;
  return { ...count, total, waiting: Math.max(0, count.waiting + after.waiting - before.waiting) };
}
