/**
 * What sounds when. Pure: signs in, whether a tone sounds out.
 *
 * One tone per customer and burst. It repeats every half minute only for conversations of mine whose customers wait, and
 * only while the desk is not in front; it ends as soon as anybody answers or takes one. Silent while something is
 * recorded or played, for the thread in view, and while the agent wants quiet – what was silent then may repeat later.
 */
import type { Id } from '@/shared/api/types';

export const BURST_MS = 10_000;
export const REPEAT_MS = 30_000;

export interface Hearing {
  /** When each customer was last heard of: until a burst's pause has passed, more of it is the same burst. */
  readonly bursts: ReadonlyMap<Id, number>;
  /** Conversations of mine that wait, since they were told, with the time of their last tone. */
  readonly ringing: ReadonlyMap<Id, number>;
}

export interface Circumstances {
  readonly me: Id;
  /** Some window of this desk is what the agent looks at. */
  readonly isInFront: boolean;
  /** The conversation that is open there. */
  readonly inView: Id | null;
  /** Something is recorded or played. */
  readonly isBusy: boolean;
  readonly isQuiet: boolean;
  /** The agent wants the tone again while a customer of theirs waits. */
  readonly repeats: boolean;
}

export interface Row {
  readonly id: Id;
  readonly contactId: Id;
  readonly assigneeId: Id | null;
  readonly isWaiting: boolean;
}

export type Sign =
  /** A customer wrote. */
  | { readonly kind: 'received'; readonly row: Row; readonly at: number }
  /** Somebody gave me a conversation, mentioned me, or what I wrote did not arrive. */
  | { readonly kind: 'told'; readonly conversationId: Id; readonly at: number }
  /** A conversation as it is now. */
  | { readonly kind: 'changed'; readonly row: Row }
  | { readonly kind: 'tick'; readonly at: number };

export interface Heard {
  readonly hearing: Hearing;
  readonly sounds: boolean;
}

export const SILENCE: Hearing = { bursts: new Map(), ringing: new Map() };

export function hear(hearing: Hearing, sign: Sign, now: Circumstances): Heard {
  switch (sign.kind) {
    case 'received':
      return hearCustomer(hearing, sign.row, sign.at, now);
    case 'told':
      return hearOnce(hearing, sign.conversationId, sign.conversationId, sign.at, now);
    case 'changed':
      return { hearing: forgetSettled(hearing, sign.row, now.me), sounds: false };
    case 'tick':
      return ring(hearing, sign.at, now);
  }
}

/** A customer of mine, or one that nobody has: a colleague's is the colleague's. */
function hearCustomer(hearing: Hearing, row: Row, at: number, now: Circumstances): Heard {
  if (row.assigneeId !== null && row.assigneeId !== now.me) return { hearing, sounds: false };
  const { hearing: after, sounds } = hearOnce(hearing, row.contactId, row.id, at, now);
  const isRinging = row.assigneeId === now.me && row.isWaiting;
  if (!isRinging) return { hearing: after, sounds };
  const ringing = new Map(after.ringing).set(row.id, sounds ? at : (after.ringing.get(row.id) ?? at));
  return { hearing: { ...after, ringing }, sounds };
}

function hearOnce(hearing: Hearing, burst: Id, conversationId: Id, at: number, now: Circumstances): Heard {
  const last = hearing.bursts.get(burst);
  const isSameBurst = last !== undefined && at - last < BURST_MS;
  const bursts = new Map([...hearing.bursts].filter(([, since]) => at - since < BURST_MS)).set(burst, at);
  const isSeen = now.isInFront && now.inView === conversationId;
  return { hearing: { ...hearing, bursts }, sounds: !isSameBurst && !isSeen && !now.isBusy && !now.isQuiet };
}

function forgetSettled(hearing: Hearing, row: Row, me: Id): Hearing {
  if (row.isWaiting && row.assigneeId === me) return hearing;
  const isAnswered = !row.isWaiting && hearing.bursts.has(row.contactId);
  if (!isAnswered && !hearing.ringing.has(row.id)) return hearing;
  const ringing = new Map(hearing.ringing);
  ringing.delete(row.id);
  const bursts = new Map(hearing.bursts);
  // What comes after an answer is a new burst.
  if (isAnswered) bursts.delete(row.contactId);
  return { bursts, ringing };
}

/** One tone for all of mine whose half minute is over. */
function ring(hearing: Hearing, at: number, now: Circumstances): Heard {
  const isDue = [...hearing.ringing.values()].some((since) => at - since >= REPEAT_MS);
  if (!isDue || now.isInFront || now.isBusy || now.isQuiet || !now.repeats) return { hearing, sounds: false };
  const ringing = new Map([...hearing.ringing].map(([id]) => [id, at] as const));
  return { hearing: { ...hearing, ringing }, sounds: true };
}
