/**
 * What happened in a conversation since I began my draft: a colleague's answer that I have not had in view is worth a
 * word before mine goes out; what the customer wrote is counted. Kept while the page stands, for drafts that wait, too.
 */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Conversation, Id, Message } from '@/shared/api/types';
import { draftKey, type State } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { ownPermissions, refusalOf } from './maySend';

/** So long must a message stand before the eyes until it counts as seen. */
const SEEN_AFTER_MS = 1_000;

interface Watch {
  /** The number of the last message when the draft was begun. */
  readonly begunSeq: number;
  /** The customer's lines up to here were looked at on purpose. */
  readonly shownSeq: number;
  /** The colleague's answer about which I was told. */
  readonly warnedSeq: number;
}

const watches = new Map<Id, Watch>();
const seen = new Map<Id, number>();
const listeners = new Set<() => void>();

function keep(id: Id, watch: Watch | undefined): void {
  if (watch === undefined) watches.delete(id);
  else watches.set(id, watch);
  for (const listener of listeners) listener();
}

/** Answers of colleagues that came after the draft was begun and were not in view. */
export function unseenAnswers(messages: readonly Message[], begunSeq: number, seenSeq: number, me: Id): Message[] {
  return messages.filter(
    ({ direction, author, seq }) =>
      direction === 'outgoing' && author.kind === 'agent' && author.id !== me && seq > begunSeq && seq > seenSeq,
  );
}

/** True if the draft may go out now. The first time somebody answered meanwhile it may not, and is kept as it is. */
export function mayGoOut(id: Id, isNote: boolean): boolean {
  const conversation = getState().conversations.get(id);
  const refusal = conversation && refusalOf(getState(), conversation, ownPermissions());
  if (refusal && (refusal !== 'only_assignee' || !isNote)) return false;
  return isNote || isUndisturbed(id);
}

function isUndisturbed(id: Id): boolean {
  const watch = watches.get(id);
  if (!watch) return true;
  const state = getState();
  const answer = unseenAnswers(messagesOf(state, id), watch.begunSeq, seen.get(id) ?? 0, state.me).at(-1);
  if (!answer || answer.seq <= watch.warnedSeq) return true;
  keep(id, { ...watch, warnedSeq: answer.seq });
  return false;
}

export interface DraftNews {
  /** The answer about which I was told, while it still stands between my draft and its sending. */
  readonly answer: Message | null;
  /** Lines of the customer since the draft was begun, as far as I have not looked at them on purpose. */
  readonly lines: readonly Message[];
  readonly onShown: () => void;
}

/** Follows the draft of the open conversation. */
export function useDraftNews(conversation: Conversation | undefined, isAtEnd: boolean): DraftNews {
  const id = conversation?.id ?? '';
  const lastSeq = conversation?.last_seq ?? 0;
  const hasDraft = useStore((state) => state.drafts.has(draftKey(id, 'reply')));
  useEffect(() => {
    const known = watches.has(id);
    if (hasDraft && !known) keep(id, { begunSeq: lastSeq, shownSeq: lastSeq, warnedSeq: 0 });
    if (!hasDraft && known) keep(id, undefined);
    // What came later is news: the number counts only at the moment in which the draft begins.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, hasDraft]);
  useSeeing(id, lastSeq, isAtEnd);

  const watch = useSyncExternalStore(subscribe, () => watches.get(id));
  const thread = useStore((state) => state.threads.get(id));
  return useMemo(() => {
    const messages = watch ? messagesOf(getState(), id) : [];
    const lines = watch ? messages.filter((one) => one.direction === 'incoming' && one.seq > watch.shownSeq) : [];
    return {
      answer: (watch && messages.find(({ seq }) => seq === watch.warnedSeq)) ?? null,
      lines,
      onShown: () => watch && keep(id, { ...watch, shownSeq: Math.max(...lines.map(({ seq }) => seq)) }),
    };
    // A thread is another one whenever a message came.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [watch, thread, id]);
}

/** At the end of the thread, the page before the eyes, for a second: then it was seen. */
function useSeeing(id: Id, lastSeq: number, isAtEnd: boolean): void {
  useEffect(() => {
    if (!isAtEnd) return;
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      seen.set(id, Math.max(seen.get(id) ?? 0, lastSeq));
      clearInterval(timer);
    }, SEEN_AFTER_MS);
    return () => clearInterval(timer);
  }, [id, lastSeq, isAtEnd]);
}

function messagesOf(state: State, id: Id): Message[] {
  return (state.threads.get(id)?.ids ?? []).flatMap((messageId) => state.messages.get(messageId) ?? []);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
