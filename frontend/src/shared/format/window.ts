/** What an agent should know of the service window: nothing while it is far off, amber when it presses, closed. */
import type { Capabilities, ConversationRow } from '@/shared/api/types';
import { waitingSince, type Clock } from './waiting';

/** Where nobody said otherwise. */
const PRESSES_MS = 4 * 3_600_000;
/** Clocks on the screen tick once a minute: the last one may be over already. */
const LAST_MS = 60_000;

export type WindowState =
  | { kind: 'none' }
  | { kind: 'open'; closesAt: string; isPressing: boolean; leftMs: number }
  | { kind: 'closed'; since: string | null };

export function windowState(
  conversation: Pick<ConversationRow, 'window_closes_at'>,
  capabilities: Pick<Capabilities, 'window'> | undefined,
  nowMs: number,
  pressesMs = PRESSES_MS,
): WindowState {
  if (!capabilities || capabilities.window === null) return { kind: 'none' };
  const closesAt = conversation.window_closes_at;
  if (closesAt === null) return { kind: 'closed', since: null };
  const leftMs = Date.parse(closesAt) - nowMs;
  if (leftMs < LAST_MS) return { kind: 'closed', since: closesAt };
  return { kind: 'open', closesAt, isPressing: leftMs < pressesMs, leftMs };
}

/** How a row stands with the time in which an answer is due: nothing in its first half, or where nobody waits. */
export function replyState(
  conversation: Clock,
  targetMs: number,
  nowMs: number,
): { kind: 'calm' } | { kind: 'pressing' | 'overdue'; byMs: number } {
  const since = waitingSince(conversation);
  if (since === null || targetMs <= 0) return { kind: 'calm' };
  const leftMs = Date.parse(since) + targetMs - nowMs;
  if (leftMs > targetMs / 2) return { kind: 'calm' };
  return leftMs > 0 ? { kind: 'pressing', byMs: leftMs } : { kind: 'overdue', byMs: -leftMs };
}
