/**
 * Drafts on all devices of one agent. What is written here goes to the server when the hands rest; what was written
 * elsewhere comes when the desk is looked at again. The last written wins, and what is being typed is never touched.
 */
import { getSession } from '@/shared/api/session';
import { fetchDrafts, putServerDraft } from '@/shared/api/calls';
import { Problem } from '@/shared/api/http';
import type { ServerDraft } from '@/shared/api/types';
import { draftKey, type Draft } from '@/shared/store/state';
import { getState, subscribe } from '@/shared/store/store';
import { onDraftWritten, putDraft } from './drafts';

const REST_MS = 1_000;
const LONGEST_MS = 5_000;
const RETRY_MS = 10_000;
const FRESH_MS = 3_000;

/** Written here and not with the server yet; since when each waits. */
const unsaved = new Map<string, Draft>();
const waitingSince = new Map<string, number>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
let typedKey = '';
let refreshedAt = 0;

/** The box of this draft has the caret, or none has: what stands there is the person's own. */
export function setTyped(key: string): void {
  typedKey = key;
}

export function startDraftSync(): () => void {
  const stopListening = onDraftWritten(write);
  for (const [key, draft] of getState().drafts) if (!draft.isSaved) write({ ...draft }, key);
  const onVisible = () => {
    if (document.visibilityState === 'visible') void refreshDrafts();
    else flush();
  };
  document.addEventListener('visibilitychange', onVisible);
  addEventListener('focus', onVisible);
  addEventListener('pagehide', flush);
  let epoch = getState().draftEpoch + getState().epoch;
  const stopWatching = subscribe(() => {
    const now = getState().draftEpoch + getState().epoch;
    if (now === epoch) return;
    epoch = now;
    if (getState().me === '') return; // signed out
    refreshedAt = 0;
    void refreshDrafts();
  });
  void refreshDrafts();
  return () => {
    flush();
    stopListening();
    stopWatching();
    document.removeEventListener('visibilitychange', onVisible);
    removeEventListener('focus', onVisible);
    removeEventListener('pagehide', flush);
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    unsaved.clear();
    waitingSince.clear();
  };
}

/** What other devices wrote. Not more often than somebody could have written it. */
export async function refreshDrafts(): Promise<void> {
  if (Date.now() - refreshedAt < FRESH_MS) return;
  if (!getSession()?.agent.permissions.includes('messages:send')) return; // whoever may not write has no drafts
  refreshedAt = Date.now();
  const found = await fetchDrafts().catch(() => null);
  if (found === null) return;
  const byKey = new Map(found.map((draft) => [draftKey(draft.conversation_id, draft.mode), draft]));
  for (const [key, own] of getState().drafts) {
    if (own.isSaved && !byKey.has(key)) adopt(key, { ...own, text: '' });
  }
  for (const [key, draft] of byKey) adopt(key, fromServer(draft));
}

function adopt(key: string, draft: Draft): void {
  const own = getState().drafts.get(key);
  if (unsaved.has(key) || key === typedKey || own?.text === draft.text || (own && !own.isSaved)) return;
  if (own === undefined && draft.text === '') return;
  putDraft(draft);
}

function fromServer(draft: ServerDraft): Draft {
  const { conversation_id: conversationId, mode, text, written_at: at } = draft;
  return { conversationId, mode, text, at, isSaved: true };
}

function write(draft: Draft, key: string = draftKey(draft.conversationId, draft.mode)): void {
  unsaved.set(key, draft);
  const since = waitingSince.get(key) ?? Date.now();
  waitingSince.set(key, since);
  const rest = Math.min(REST_MS, Math.max(0, since + LONGEST_MS - Date.now()));
  // A cleared box was sent or given up: nobody should find its words elsewhere.
  later(key, draft.text === '' ? 0 : rest);
}

function later(key: string, ms: number): void {
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void save(key), ms),
  );
}

function flush(): void {
  for (const key of unsaved.keys()) void save(key);
}

async function save(key: string): Promise<void> {
  const draft = unsaved.get(key);
  if (!draft) return;
  clearTimeout(timers.get(key));
  waitingSince.delete(key);
  const ageS = Math.max(0, (Date.now() - Date.parse(draft.at)) / 1000);
  try {
    const stands = await putServerDraft(draft.conversationId, draft.mode, draft.text, ageS);
    // Somebody typed on while it was on its way.
    if (unsaved.get(key) !== draft) return;
    unsaved.delete(key);
    if (stands.text === draft.text.trim() || stands.text === draft.text) putSaved(key, draft);
    else if (key !== typedKey) putDraft(fromServer(stands));
  } catch (error) {
    const isOver = error instanceof Problem && !error.isTemporary;
    if (isOver) unsaved.delete(key);
    else later(key, RETRY_MS);
  }
}

function putSaved(key: string, draft: Draft): void {
  if (getState().drafts.has(key)) putDraft({ ...draft, isSaved: true });
}
