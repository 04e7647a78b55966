/** Orders for many conversations: given, watched until a worker is done, and taken back. They outlive the list. */
import { useSyncExternalStore } from 'react';
import { answerOf, client } from '@/shared/api/client';
import { newId } from '@/shared/api/id';
import type { BulkChange, BulkInput, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { showToast } from '@/shared/ui/Toast';

const LOOK_EVERY_MS = 500;

let running: BulkChange | null = null;
const listeners = new Set<() => void>();

/** The order that is being done, if one is. */
export function useRunningOrder(): BulkChange | null {
  return useSyncExternalStore(subscribe, () => running);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True if the order was taken. Its end is told in a toast, which also takes it back. */
export async function giveOrder(input: BulkInput): Promise<boolean> {
  return watch(() =>
    answerOf(client.POST('/api/bulk-changes', { body: input, headers: { 'Idempotency-Key': newId() } })),
  );
}

let refusedId: Id | null = null;

/** The order of which somebody wants to know what it left alone. */
export function useRefusedOrder(): Id | null {
  return useSyncExternalStore(subscribe, () => refusedId);
}

export function showRefused(id: Id | null): void {
  refusedId = id;
  tellAll();
}

async function takeBack(id: string): Promise<void> {
  await watch(() => answerOf(client.POST('/api/bulk-changes/{bulk_id}/undo', { params: { path: { bulk_id: id } } })));
}

async function watch(begin: () => Promise<BulkChange>): Promise<boolean> {
  try {
    let now = await begin();
    show(now);
    void (async () => {
      try {
        while (now.finished_at === null) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
          now = await answerOf(client.GET('/api/bulk-changes/{bulk_id}', { params: { path: { bulk_id: now.id } } }));
          show(now);
        }
        tell(now);
      } catch (cause) {
        showToast(problemText(cause), { isError: true });
      } finally {
        show(null);
      }
    })();
    return true;
  } catch (cause) {
    showToast(problemText(cause), { isError: true });
    show(null);
    return false;
  }
}

function show(order: BulkChange | null): void {
  running = order;
  tellAll();
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

/** How many, how many not, and whether there were more. */
function tell(order: BulkChange): void {
  const left = order.total - order.changed - order.refused;
  const number = formatNumber(order.changed);
  const parts = [
    t(order.is_undo ? 'bulk.undone' : 'bulk.done', { count: order.changed, number }),
    ...(left > 0 ? [t(order.is_undo ? 'bulk.kept' : 'bulk.left', { count: left, number: formatNumber(left) })] : []),
    ...(order.refused > 0 ? [t('bulk.refused', { count: order.refused, number: formatNumber(order.refused) })] : []),
    ...(order.is_cut ? [t('bulk.cut', { number: formatNumber(order.total) })] : []),
  ];
  const undo = order.is_undo || order.changed === 0 ? undefined : () => void takeBack(order.id);
  const act = order.refused > 0 ? { name: t('bulk.why'), run: () => showRefused(order.id) } : undefined;
  showToast(parts.join(' '), { undo, act });
}
