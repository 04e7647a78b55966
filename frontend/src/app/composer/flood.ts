import type { Message } from '@/shared/api/types';

/** So many messages of a customer within a minute are a flood: the desk says nothing by itself then. */
export const FLOOD_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Whether the newest messages of a thread, oldest first, are more than a person writes in a minute. */
export function isFlood(messages: readonly Message[], now: number): boolean {
  const heard = messages.filter(({ direction }) => direction === 'incoming');
  const first = heard.at(-FLOOD_PER_MINUTE - 1);
  return first !== undefined && now - Date.parse(first.at) < MINUTE_MS;
}
