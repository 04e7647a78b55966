/** What of a thread has not been read yet: a run at its end, and what came late and stands among what was read. */
import type { Id, Message } from '@/shared/api/types';

export interface Unread {
  /** The message above which the "New" line stands. Null if nothing at the end is unread. */
  newFrom: Id | null;
  /** Unread ones with something read behind them, in the order of the thread. */
  late: readonly Id[];
}

const NOTHING: Unread = { newFrom: null, late: [] };

/**
 * So many incoming messages are unread: those that came last, which their numbers tell. Times do not, for what a
 * provider delivers late stands where it was written, above what the agent has seen long ago.
 */
export function findUnread(messages: readonly Message[], unread: number): Unread {
  if (unread <= 0) return NOTHING;
  const incoming = messages.filter((message) => message.direction === 'incoming');
  const unreadIds = new Set(
    [...incoming]
      .sort((a, b) => b.seq - a.seq)
      .slice(0, unread)
      .map((message) => message.id),
  );
  let newFrom: Id | null = null;
  let place = incoming.length;
  for (; place > 0; place -= 1) {
    const message = incoming[place - 1];
    if (!message || !unreadIds.has(message.id)) break;
    newFrom = message.id;
  }
  const late = incoming.slice(0, place).flatMap(({ id }) => (unreadIds.has(id) ? [id] : []));
  return { newFrom, late };
}

/** Incoming ones that came since `knownSeq` and stand above something that was there before. */
export function findLate(messages: readonly Message[], knownSeq: number): readonly Id[] {
  const lastKnown = messages.findLastIndex((message) => message.seq <= knownSeq);
  return messages
    .slice(0, Math.max(0, lastKnown))
    .flatMap((message) => (message.seq > knownSeq && message.direction === 'incoming' ? [message.id] : []));
}
