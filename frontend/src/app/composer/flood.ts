import type { Session } from '@/shared/api/session';
import type { Message } from '@/shared/api/types';

/** So long after its last message a flood is still told to whoever is about to answer. */
const TOLD_MS = 10 * 60_000;

/**
 * Whether the newest messages of a thread, oldest first, came faster than a person writes: measured among themselves, for
 * when they are drawn depends on how busy everything is.
 */
export function isFlood(
  messages: readonly Message[],
  { messages: most, within_s }: Session['workspace']['flood'],
  now: number,
): boolean {
  const heard = messages.filter(({ direction }) => direction === 'incoming');
  const newest = heard.at(-1);
  const first = heard.at(-most - 1);
  if (newest === undefined || first === undefined) return false;
  const lastAt = Date.parse(newest.at);
  return lastAt - Date.parse(first.at) < within_s * 1_000 && now - lastAt < TOLD_MS;
}
