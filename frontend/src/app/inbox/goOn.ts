/** Where one goes from a conversation that is done. */
import type { Conversation, Id } from '@/shared/api/types';
import { waitingSince } from '@/shared/format/waiting';

/**
 * The next row of this list in which somebody waits and nobody else types, from the place downwards and then from the
 * top; where nobody waits the row below, else the one above. Undefined: the list is at its end.
 */
export function nextOf(
  ids: readonly Id[],
  selected: Id | undefined,
  conversations: ReadonlyMap<Id, Conversation>,
  isTaken: (id: Id) => boolean,
): Id | undefined {
  const place = selected === undefined ? -1 : ids.indexOf(selected);
  const others = [...ids.slice(place + 1), ...ids.slice(0, Math.max(place, 0))];
  const waiting = others.find((id) => {
    const row = conversations.get(id);
    return row !== undefined && waitingSince(row) !== null && !isTaken(id);
  });
  if (waiting !== undefined) return waiting;
  return place < 0 ? undefined : (ids[place + 1] ?? ids[place - 1]);
}
