/** Several threads read as one. */
import type { Message } from '@/shared/api/types';
import { compareTimes } from '@/shared/store/lists';

export interface Part {
  readonly messages: readonly Message[];
  /** Its first message is here: nothing of it is missing above. */
  readonly isWhole: boolean;
}

/**
 * All messages in time order, as far down the past as every part is known: above that, one of them would seem to be
 * silent where it only was not read yet.
 */
export function interleave(parts: readonly Part[]): Message[] {
  const floors = parts.flatMap(({ messages: [first], isWhole }) => (first && !isWhole ? [first] : []));
  const floor = floors.reduce<Message | null>(
    (latest, one) => (latest && compare(latest, one) > 0 ? latest : one),
    null,
  );
  const all = parts.flatMap(({ messages }) => messages).sort(compare);
  return floor ? all.filter((message) => compareTimes(message.at, floor.at) >= 0) : all;
}

function compare(a: Message, b: Message): number {
  return compareTimes(a.at, b.at) || a.seq - b.seq || (a.id < b.id ? -1 : 1);
}
