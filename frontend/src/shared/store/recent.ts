/** What was fetched for the conversations that were open last, so that going back to one asks nobody and moves nothing. */
import { onSessionEnd } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';

const KEPT = 50;

export interface Recent<T> {
  /** As it was fetched, though something may have happened since. */
  get: (id: Id) => T | undefined;
  /** Fetched since the last event that could have changed it. */
  isFresh: (id: Id, epoch: number) => boolean;
  set: (id: Id, value: T, epoch: number) => void;
}

export function keepRecent<T>(): Recent<T> {
  const kept = new Map<Id, { readonly value: T; readonly epoch: number }>();
  onSessionEnd(() => kept.clear());
  return {
    get: (id) => kept.get(id)?.value,
    isFresh: (id, epoch) => kept.get(id)?.epoch === epoch,
    set(id, value, epoch) {
      kept.delete(id);
      kept.set(id, { value, epoch });
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
    },
  };
}
