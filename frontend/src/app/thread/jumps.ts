/** Ways to a message from outside the thread: a search, a link, find in thread. The thread that shows it takes them. */
import { useSyncExternalStore } from 'react';
import type { Id } from '@/shared/api/types';
import { loadAround, type Anchor } from '@/shared/store/load';
import { getState } from '@/shared/store/store';

export interface Jump {
  readonly conversationId: Id;
  readonly anchor: Anchor;
}

let jump: Jump | null = null;
const listeners = new Set<() => void>();

/** Loads what stands around it, if it is not here, and then asks the thread to show it. */
export async function jumpTo(conversationId: Id, anchor: Anchor): Promise<void> {
  if (!isHere(conversationId, anchor)) await loadAround(conversationId, anchor);
  jump = { conversationId, anchor };
  for (const listener of listeners) listener();
}

function isHere(conversationId: Id, anchor: Anchor): boolean {
  const thread = getState().threads.get(conversationId);
  return 'messageId' in anchor && thread?.isLoaded === true && thread.ids.includes(anchor.messageId);
}

/** The last jump into this thread; a new object each time. */
export function useJump(conversationId: Id): Jump | null {
  return useSyncExternalStore(subscribe, () => (jump?.conversationId === conversationId ? jump : null));
}

/** It was shown; whoever opens the thread again finds its end. */
export function endJump(done: Jump): void {
  if (jump === done) jump = null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
