/** Drafts per conversation and mode: in the store while typing, in the browser's database a moment later. */
import type { Id, ReplyUse } from '@/shared/api/types';
import { draftKey, type Draft, type ReplyMode } from '@/shared/store/state';
import { dispatch, getState } from '@/shared/store/store';
import { deleteItem, getItems, putItem } from './database';

const KEEP_AFTER_MS = 300;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<(draft: Draft) => void>();

/** Told of each draft that is written or cleared here. */
export function onDraftWritten(listener: (draft: Draft) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function loadDrafts(): Promise<void> {
  const drafts = await getItems<Draft>('drafts').catch(() => []);
  if (drafts.length > 0) dispatch({ type: 'drafts_loaded', drafts });
}

export function setDraft(conversationId: Id, mode: ReplyMode, text: string, now: Date = new Date()): void {
  const draft: Draft = { conversationId, mode, text, at: now.toISOString() };
  putDraft(draft);
  for (const listener of listeners) listener(draft);
}

/** The draft was begun with these saved replies, as the customer will have seen them once it is sent. */
export function noteUses(conversationId: Id, mode: ReplyMode, uses: readonly ReplyUse[]): void {
  const draft = getState().drafts.get(draftKey(conversationId, mode));
  if (draft && uses.length > 0) putDraft({ ...draft, uses: [...(draft.uses ?? []), ...uses] });
}

/** As `setDraft`, for what came from the server: it knows nothing of saved replies. */
export function putDraft(written: Draft): void {
  const key = draftKey(written.conversationId, written.mode);
  const uses = written.text === '' ? undefined : (written.uses ?? getState().drafts.get(key)?.uses);
  const draft = uses ? { ...written, uses } : written;
  dispatch({ type: 'draft_changed', draft });
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void keepDraft(key), KEEP_AFTER_MS),
  );
}

async function keepDraft(key: string): Promise<void> {
  timers.delete(key);
  const draft = getState().drafts.get(key);
  await (draft ? putItem('drafts', key, draft) : deleteItem('drafts', key)).catch(() => undefined);
}
