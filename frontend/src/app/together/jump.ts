/** One chord, also while typing: to my longest waiting chat, and back to where I was, with everything as I left it. */
import type { Id } from '@/shared/api/types';
import { waitingSince } from '@/shared/format/waiting';
import { isInView } from '@/shared/store/lists';
import type { State } from '@/shared/store/state';

/** The longest waiting of my chats; null: nobody waits for me. */
export function longestOfMine(state: State): Id | null {
  let longest: { id: Id; since: number } | null = null;
  for (const row of state.conversations.values()) {
    const waiting = waitingSince(row);
    if (waiting === null || state.taken.has(row.id) || !isInView(row, 'mine', state.me)) continue;
    const since = Date.parse(waiting);
    if (longest === null || since < longest.since) longest = { id: row.id, since };
  }
  return longest?.id ?? null;
}

/** Where the chord leads from here. `from` is where the last one came from. */
export function jumpTarget(state: State, selected: Id | undefined, from: Id | null): Id | null {
  const longest = longestOfMine(state);
  if (longest !== null && longest !== selected) return longest;
  return from === selected ? null : from;
}

interface Place {
  /** How far from its end the thread stood. */
  readonly fromEnd: number;
  /** The caret or selection in the box, if the hands were there. */
  readonly caret: readonly [number, number] | null;
}

const places = new Map<Id, Place>();
const TRIES = 40;
const THREAD = '[role=log]';

/** Before one leaves. */
export function keepPlace(id: Id): void {
  const thread = document.querySelector(THREAD);
  const area = document.activeElement;
  places.set(id, {
    fromEnd: thread ? thread.scrollHeight - thread.scrollTop - thread.clientHeight : 0,
    caret: area instanceof HTMLTextAreaElement ? [area.selectionStart, area.selectionEnd] : null,
  });
}

/** Once its thread and its draft stand there. */
export function restorePlace(id: Id, tries = TRIES): void {
  const place = places.get(id);
  const section = document.querySelector(`[data-conversation="${id}"]`);
  const thread = section?.querySelector(THREAD);
  const area = section?.querySelector('textarea');
  if (!thread || !area || area.value.length < (place?.caret?.[1] ?? 0)) {
    if (tries > 0) requestAnimationFrame(() => restorePlace(id, tries - 1));
    return;
  }
  area.focus({ preventScroll: true });
  const [start, end] = place?.caret ?? [area.value.length, area.value.length];
  area.setSelectionRange(start, end);
  // The list settles at its end first.
  if (place && place.fromEnd > 1) {
    requestAnimationFrame(() => {
      thread.scrollTop = thread.scrollHeight - thread.clientHeight - place.fromEnd;
    });
  }
}
