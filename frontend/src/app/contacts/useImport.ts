/** Tables that a worker reads in: brought by this page in slices, and followed by any page. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';
import { SLICE } from './batches';

type Schemas = components['schemas'];
export type ContactBatch = Schemas['ContactBatch'];
export type FailedRow = Schemas['FailedRow'];

const LOOK_AGAIN_MS = 1_000;

export interface Way {
  readonly mode: 'both' | 'create' | 'update';
  readonly region: string;
  readonly label_ids: readonly Id[];
}

/** All rows go to the server first, each slice as often as the line needs; then a worker begins. */
export async function bringTable(
  batchId: Id,
  rows: readonly Readonly<Record<string, unknown>>[],
  way: Way,
  onProgress: (done: number) => void,
): Promise<void> {
  for (let first = 0; first < rows.length; first += SLICE) {
    const body = { first, rows: rows.slice(first, first + SLICE) };
    await request('PUT', `/api/contact-batches/${batchId}/table`, { body });
    onProgress(Math.min(rows.length, first + SLICE));
  }
  await request('POST', `/api/contact-batches/${batchId}/start`, { body: way });
}

/** A worker is at it: it is read in, or taken back. */
export function isGoingOn(batch: ContactBatch): boolean {
  return (batch.started_at !== null && batch.finished_at === null) || isUndoing(batch);
}

export function isUndoing(batch: ContactBatch): boolean {
  return batch.undo_began_at !== null && batch.undone_at === null;
}

/** The latest tables, looked at again while one of them is being read in. */
export function useImports(): readonly ContactBatch[] {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['contact-batches'],
    queryFn: () => request<{ items: ContactBatch[] }>('GET', '/api/contact-batches'),
    refetchInterval: ({ state }) => (state.data?.items.some(isGoingOn) ? LOOK_AGAIN_MS : false),
    staleTime: 0,
  });
  const imports = query.data?.items.filter(({ kind, total }) => kind === 'import' && total > 0) ?? [];
  const done = imports.filter((batch) => !isGoingOn(batch)).length;
  useEffect(() => {
    if (done > 0) void client.invalidateQueries({ queryKey: ['contacts'] });
  }, [done, client]);
  return imports;
}

/** All of them, page by page. */
export async function fetchFailed(batchId: Id): Promise<readonly FailedRow[]> {
  const rows: FailedRow[] = [];
  let after = -1;
  for (;;) {
    const query = { after, limit: 1_000 };
    const page = await request<{ items: FailedRow[]; next: number | null }>(
      'GET',
      `/api/contact-batches/${batchId}/failures`,
      { query },
    );
    rows.push(...page.items);
    if (page.next === null) return rows;
    after = page.next;
  }
}
