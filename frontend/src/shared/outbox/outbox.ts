/**
 * Messages on their way to the server. Each is kept in the browser's database until the server has it, shown at once, and
 * sent by one tab at a time: in a conversation strictly one after the other, under a lock of that conversation.
 */
import { Problem, request } from '@/shared/api/http';
import { newId } from '@/shared/api/id';
import { withLock } from '@/shared/api/locks';
import { uploadFile } from '@/shared/api/upload';
import { wireContent } from '@/shared/api/wire';
import type { FileRecord, Id, Message, OutgoingContent, Quoted } from '@/shared/api/types';
import { backOff } from '@/shared/feed/backoff';
import { problemText } from '@/shared/problem';
import type { ReplyMode, Unsent } from '@/shared/store/state';
import { ask } from '@/shared/store/ask';
import { dispatch, getState } from '@/shared/store/store';
import { deleteItem, getItem, getItems, putItem } from './database';

export interface OutgoingDraft {
  conversationId: Id;
  channelId: Id;
  mode: ReplyMode;
  content: Unsent['content'];
  quoted: Quoted | null;
  file?: Unsent['file'];
}

type Kept = Unsent & { channelId: Id };

/** Replaced in tests; otherwise the server. */
export interface Courier {
  upload: (item: Kept, onProgress: (share: number) => void) => Promise<FileRecord>;
  post: (item: Kept, content: OutgoingContent) => Promise<Message>;
}

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('threadline-outbox');
let courier: Courier = {
  upload: (item, onProgress) =>
    item.file ? uploadFile(item.channelId, item.file, onProgress) : Promise.reject(new Problem(400, { title: '' })),
  post,
};
let stopped = new AbortController();

export function setCourier(next: Courier): void {
  courier = next;
}

/** Takes over what an earlier visit left, and what other tabs say. */
export async function startOutbox(): Promise<() => void> {
  stopped = new AbortController();
  const { signal } = stopped;
  const reload = () => void readKept().catch(() => undefined);
  channel?.addEventListener('message', reload, { signal });
  addEventListener('beforeunload', warnIfUnsent, { signal });
  await readKept().catch(() => undefined);
  for (const item of getState().unsent.values()) if (item.state !== 'refused') void deliver(item.clientId);
  return () => stopped.abort();
}

/** Shows the message in this very frame and starts its way. Returns its client id. */
export function enqueue(draft: OutgoingDraft, now: Date = new Date()): Id {
  const item: Kept = {
    clientId: newId(),
    conversationId: draft.conversationId,
    channelId: draft.channelId,
    mode: draft.mode,
    content: draft.content,
    quoted: draft.quoted,
    createdAt: now.toISOString(),
    file: draft.file ?? null,
    state: 'waiting',
    progress: 0,
    reason: '',
  };
  dispatch({ type: 'unsent_changed', items: [item] });
  const isSent = keep(item).then(() => deliver(item.clientId));
  decided.set(item.clientId, isSent);
  void isSent.finally(() => decided.delete(item.clientId));
  return item.clientId;
}

/** After a refusal: once more, as it is. */
export async function sendAgain(clientId: Id): Promise<void> {
  const item = await find(clientId);
  if (!item) return;
  await keep({ ...item, state: 'waiting', reason: '', unseen: null });
  await deliver(clientId);
}

/** The writer has decided about those who do not see the conversation; the note goes once more. */
export async function answerUnseen(clientId: Id, isAskedIn: boolean): Promise<void> {
  const item = await find(clientId);
  if (!item?.unseen) return;
  const { agentIds } = item.unseen;
  const decision = isAskedIn
    ? { guestIds: [...(item.guestIds ?? []), ...agentIds] }
    : { untoldIds: [...(item.untoldIds ?? []), ...agentIds] };
  await keep({ ...item, ...decision, state: 'waiting', reason: '', unseen: null });
  await deliver(clientId);
}

/** The writer was warned, and sends it all the same. */
export async function sendAllTheSame(clientId: Id): Promise<void> {
  const item = await find(clientId);
  if (!item?.isWarned) return;
  await keep({ ...item, isWarned: false, isAccepted: true, state: 'waiting', reason: '' });
  await deliver(clientId);
}

export async function discard(clientId: Id): Promise<void> {
  await forget(clientId);
}

/** What is not with the server yet and will not come back by itself if this tab closes. */
export function countUnsent(): number {
  return [...getState().unsent.values()].filter((item) => item.state !== 'refused').length;
}

/** Waits until it is decided about all of them, which this tab has just enqueued; false if one did not reach the server. */
export async function areSent(clientIds: readonly Id[]): Promise<boolean> {
  const outcomes = await Promise.all(clientIds.map((clientId) => decided.get(clientId) ?? true));
  return outcomes.every(Boolean);
}

async function readKept(): Promise<void> {
  const kept = (await getItems<Kept>('outbox')).filter((item) => !delivering.has(item.clientId));
  const known = new Set(kept.map((item) => item.clientId));
  const gone = [...getState().unsent.keys()].filter((clientId) => !known.has(clientId) && !delivering.has(clientId));
  dispatch({ type: 'unsent_changed', items: kept }, { type: 'unsent_removed', clientIds: gone });
}

/** What this tab sends: whether it reached the server, once that is known. */
const decided = new Map<Id, Promise<boolean>>();
const delivering = new Set<Id>();
const unkept = new Set<Id>();

/** True once the server has it; false if it is refused, discarded or another's to send. */
async function deliver(clientId: Id): Promise<boolean> {
  if (delivering.has(clientId)) return false;
  delivering.add(clientId);
  const first = await find(clientId);
  const lock = `threadline-outbox ${first?.conversationId ?? clientId}`;
  let isSent = false;
  try {
    await withLock(lock, async () => {
      isSent = await deliverUntilDecided(clientId);
    });
  } finally {
    delivering.delete(clientId);
  }
  return isSent;
}

async function deliverUntilDecided(clientId: Id): Promise<boolean> {
  for (let attempt = 0; !stopped.signal.aborted; attempt += 1) {
    const item = await find(clientId);
    if (!item || item.state === 'refused') return false;
    try {
      const { answer: message, position } = await ask(() => deliverOnce(item));
      dispatch({ type: 'message_saved', message, position }, { type: 'unsent_removed', clientIds: [clientId] });
      await forget(clientId);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.isTemporary) {
        await keep({
          ...item,
          state: 'refused',
          reason: problemText(error),
          unseen: unseenOf(error),
          isWarned: isWarning(error),
        });
        return false;
      }
      show({ ...item, state: 'waiting', progress: 0 });
      await pause(backOff(attempt));
    }
  }
  return false;
}

async function deliverOnce(item: Kept): Promise<Message> {
  let content = item.content;
  if (item.file) {
    show({ ...item, state: 'uploading' });
    const file = await courier.upload(item, (progress) => show({ ...item, state: 'uploading', progress }));
    if (content.kind === 'media') content = { ...content, file_id: file.id };
    if (content.kind === 'template') content = { ...content, header_file_id: file.id };
    await keep({ ...item, content, file: null, state: 'sending', progress: 1 });
  }
  show({ ...item, content, state: 'sending' });
  return courier.post(item, content as OutgoingContent);
}

function post(item: Kept, content: OutgoingContent): Promise<Message> {
  return request<Message>('POST', `/api/conversations/${item.conversationId}/messages`, {
    body: {
      client_id: item.clientId,
      kind: item.mode,
      content: wireContent(content),
      quoted_id: item.quoted?.message_id ?? null,
      ...(item.isAccepted && { accepted: [REPEATED_TEXT] }),
      ...(item.guestIds && { guest_ids: item.guestIds }),
      ...(item.untoldIds && { untold_ids: item.untoldIds }),
    },
  });
}

/** A refusal that one may set aside: this text went to many customers within minutes. */
export const REPEATED_TEXT = 'repeated_text' as const;

export function isWarning(error: unknown): boolean {
  return error instanceof Problem && error.reason === REPEATED_TEXT;
}

function unseenOf({ reason, values }: Problem): Unsent['unseen'] {
  if (reason !== 'mention_unseen' && reason !== 'mention_walled') return null;
  return {
    names: values['names'] ?? '',
    agentIds: (values['agent_ids'] ?? '').split(','),
    canBeAsked: reason === 'mention_unseen',
  };
}

/** What the database has is the truth that all tabs share; what it could not take is only here. */
async function find(clientId: Id): Promise<Kept | undefined> {
  const shown = getState().unsent.get(clientId) as Kept | undefined;
  if (unkept.has(clientId)) return shown;
  return getItem<Kept>('outbox', clientId).catch(() => shown);
}

function show(item: Kept): void {
  dispatch({ type: 'unsent_changed', items: [item] });
}

async function keep(item: Kept): Promise<void> {
  show(item);
  // A browser that keeps nothing (private mode) still sends; it only cannot survive a closed tab.
  await putItem('outbox', item.clientId, item).then(
    () => unkept.delete(item.clientId),
    () => unkept.add(item.clientId),
  );
  channel?.postMessage('changed');
}

async function forget(clientId: Id): Promise<void> {
  unkept.delete(clientId);
  dispatch({ type: 'unsent_removed', clientIds: [clientId] });
  await deleteItem('outbox', clientId).catch(() => undefined);
  channel?.postMessage('changed');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    stopped.signal.addEventListener('abort', done);
  });
}

function warnIfUnsent(event: BeforeUnloadEvent): void {
  if (countUnsent() > 0) event.preventDefault();
}
