/** Drafts per conversation and mode: in the store while typing, in the browser's database a moment later. */
import type { Id } from '@/shared/api/types';
import { draftKey, type Draft, type ReplyMode } from '@/shared/store/state';
import { dispatch, getState } from '@/shared/store/store';
import { deleteItem, getItems, putItem } from './database';

const KEEP_AFTER_MS = 300;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export async function loadDrafts(): Promise<void> {
  const drafts = await getItems<Draft>('drafts').catch(() => []);
  if (drafts.length > 0) dispatch({ type: 'drafts_loaded', drafts });
}

export function setDraft(conversationId: Id, mode: ReplyMode, text: string, now: Date = new Date()): void {
  const key = draftKey(conversationId, mode);
  dispatch({ type: 'draft_changed', draft: { conversationId, mode, text, at: now.toISOString() } });
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
