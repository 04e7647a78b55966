/** Orders for many conversations or contacts: given, watched until a worker is done, and taken back. They outlive the list. */
import { useSyncExternalStore } from 'react';
import { answerOf, client } from '@/shared/api/client';
import { newId } from '@/shared/api/id';
import type { BulkChange, BulkInput, EditContactsInput, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { showToast } from '@/shared/ui/Toast';

const LOOK_EVERY_MS = 500;

type Subject = BulkChange['subject'];

let running: Readonly<Partial<Record<Subject, BulkChange>>> = {};
const listeners = new Set<() => void>();

/** The order that is being done, if one is. */
export function useRunningOrder(subject: Subject): BulkChange | null {
  return useSyncExternalStore(subscribe, () => running[subject] ?? null);
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

export async function orderEdit(input: EditContactsInput): Promise<boolean> {
  return watch(() =>
    answerOf(client.POST('/api/contacts/edit', { body: input, headers: { 'Idempotency-Key': newId() } })),
  );
}

/** A worker goes on without a page: one that comes back shows how far it is. */
export async function resumeOrders(): Promise<void> {
  const { items } = await answerOf(client.GET('/api/bulk-changes'));
  for (const order of items) {
    if (order.finished_at === null && running[order.subject] === undefined) void watch(() => Promise.resolve(order));
  }
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
    const { closing_sent = 0 } = now;
    show(now);
    void (async () => {
      try {
        while (now.finished_at === null) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
          now = await answerOf(client.GET('/api/bulk-changes/{bulk_id}', { params: { path: { bulk_id: now.id } } }));
          show(now);
        }
        tell(now, closing_sent);
      } catch (cause) {
        showToast(problemText(cause), { isError: true });
      } finally {
        hide(now.subject);
      }
    })();
    return true;
  } catch (cause) {
    showToast(problemText(cause), { isError: true });
    return false;
  }
}

function show(order: BulkChange): void {
  running = { ...running, [order.subject]: order };
  tellAll();
}

function hide(subject: Subject): void {
  running = { ...running, [subject]: undefined };
  tellAll();
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

const TEXTS = {
  conversations: { done: 'bulk.done', undone: 'bulk.undone', left: 'bulk.left' },
  contacts: { done: 'contacts.bulk_changed', undone: 'contacts.bulk_undone', left: 'contacts.bulk_same' },
} as const;

/** How many, how many not, and whether there were more. */
function tell(order: BulkChange, closingSent: number): void {
  const left = order.total - order.changed - order.refused;
  const number = formatNumber(order.changed);
  const texts = TEXTS[order.subject];
  const parts = [
    t(order.is_undo ? texts.undone : texts.done, { count: order.changed, number }),
    ...(left > 0 ? [t(order.is_undo ? 'bulk.kept' : texts.left, { count: left, number: formatNumber(left) })] : []),
    ...(order.refused > 0 ? [t('bulk.refused', { count: order.refused, number: formatNumber(order.refused) })] : []),
    ...(closingSent > 0 ? [t('bulk.closing_sent', { count: closingSent, number: formatNumber(closingSent) })] : []),
    ...(order.is_cut ? [t('bulk.cut', { number: formatNumber(order.total) })] : []),
  ];
  const undo = order.is_undo || order.changed === 0 ? undefined : () => void takeBack(order.id);
  const act = order.refused > 0 ? { name: t('bulk.why'), run: () => showRefused(order.id) } : undefined;
  showToast(parts.join(' '), { undo, act });
}
