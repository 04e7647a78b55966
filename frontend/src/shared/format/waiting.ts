/** Whether a customer waits and since when. While a stage lets the clock stand still nobody waits, and its time is kept. */
import type { ConversationRow, Time } from '@/shared/api/types';

export type Clock = Pick<ConversationRow, 'waiting_since' | 'state' | 'paused_at'>;

/** Since when somebody waits whose clock goes; null: nobody does. */
export function waitingSince(row: Clock): Time | null {
  return row.state === 'resolved' || row.paused_at !== null ? null : row.waiting_since;
}

/** Since when, and until when their clock went, of somebody whose clock stands still; null: nobody's does. */
export function standsStill(row: Clock): { since: Time; untilMs: number } | null {
  const { waiting_since: since, paused_at: at } = row;
  return row.state === 'resolved' || since === null || at === null ? null : { since, untilMs: Date.parse(at) };
}
