/** Many contacts in slices: progress between them, and everything of a batch can be taken back. */
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';

export const SLICE = 100;

export async function beginBatch(name: string): Promise<Id> {
  return (await request<{ id: Id }>('POST', '/api/contact-batches', { body: { kind: 'import', name } })).id;
}

/** `work` for one slice after the other; `onProgress` hears how many are done. */
export async function inSlices<T>(
  all: readonly T[],
  work: (slice: readonly T[]) => Promise<void>,
  onProgress: (done: number) => void,
): Promise<void> {
  for (let from = 0; from < all.length; from += SLICE) {
    const slice = all.slice(from, from + SLICE);
    await work(slice);
    onProgress(from + slice.length);
  }
}

/** A worker takes it back, whether this page stays or not. */
export async function undoBatch(id: Id): Promise<void> {
  await request('POST', `/api/contact-batches/${id}/undo`);
}
