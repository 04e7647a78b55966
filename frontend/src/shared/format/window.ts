/** What an agent should know of the service window: nothing while it is far off, amber when it presses, closed. */
import type { Capabilities, ConversationRow, Deadline } from '@/shared/api/types';
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

/** How a row stands with what was promised: nothing in the first half of its time, or where nobody waits. */
export function deadlineState(
  conversation: Clock & Pick<ConversationRow, 'deadlines'>,
  nowMs: number,
): { kind: 'calm' } | { kind: 'pressing' | 'overdue'; byMs: number; deadline: Deadline } {
  const deadline = pressingDeadline(conversation, nowMs);
  if (deadline === undefined) return { kind: 'calm' };
  const leftMs = Date.parse(deadline.due_at) - nowMs;
  return leftMs > 0 ? { kind: 'pressing', byMs: leftMs, deadline } : { kind: 'overdue', byMs: -leftMs, deadline };
}

/** What ends first of what is shown by now. */
function pressingDeadline(
  conversation: Clock & Pick<ConversationRow, 'deadlines'>,
  nowMs: number,
): Deadline | undefined {
  if (waitingSince(conversation) === null) return undefined;
  return conversation.deadlines
    .filter(({ half_at }) => Date.parse(half_at) <= nowMs)
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))[0];
}
