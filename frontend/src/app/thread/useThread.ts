/** A thread's messages for the screen: those of the server, then those that only this browser knows. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { postRead } from '@/shared/api/calls';
import { Problem } from '@/shared/api/http';
import type { Conversation, Id, Message } from '@/shared/api/types';
import { loadConversation, loadThread } from '@/shared/store/load';
import type { State, ThreadState, Unsent } from '@/shared/store/state';
import { dispatch, getState, useStore } from '@/shared/store/store';
import { unreadOf } from '../inbox/select';
import { buildRows, findNewFrom, showUnsent, type ShownMessage, type ThreadRow } from './rows';

export type Failure = 'unreachable' | 'missing';

export interface ThreadView {
  rows: readonly ThreadRow[];
  isLoaded: boolean;
  hasOlder: boolean;
  /** Why there is nothing: the server could not say, or knows of no such conversation. */
  failure: Failure | null;
  retry: () => void;
}

export function useThread(conversation: Conversation | undefined, conversationId: Id): ThreadView {
  const thread = useStore((state) => state.threads.get(conversationId));
  const messages = useMessages(thread);
  const unsent = useUnsent(conversationId);
  const me = useStore((state) => state.me);
  const epoch = useStore((state) => state.epoch);
  const newFrom = useNewFrom(conversation, thread?.isLoaded ? messages : null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    loadThread(conversationId)
      .then(() => isCurrent && setFailure(null))
      .catch((error: unknown) => isCurrent && setFailure(failureOf(error)));
    return () => {
      isCurrent = false;
    };
  }, [conversationId, epoch, round]);

  const rows = useMemo(() => {
    const shown: ShownMessage[] = messages.map((message) => ({ message, unsent: null }));
    for (const item of unsent) shown.push(showUnsent(item, me));
    return buildRows(shown, newFrom);
  }, [messages, unsent, me, newFrom]);
  return {
    rows,
    isLoaded: thread?.isLoaded ?? false,
    hasOlder: thread !== undefined && thread.next !== null,
    failure,
    retry: () => {
      if (!conversation) void loadConversation(conversationId).catch(() => undefined);
      setRound((value) => value + 1);
    },
  };
}

function failureOf(error: unknown): Failure {
  return error instanceof Problem && (error.status === 404 || error.status === 422) ? 'missing' : 'unreachable';
}

const NO_IDS: readonly Id[] = [];

/** The thread's messages; the same array while none of them changed. */
function useMessages(thread: ThreadState | undefined): readonly Message[] {
  const ids = thread?.ids ?? NO_IDS;
  const last = useRef<{ ids: readonly Id[]; messages: readonly Message[] }>({ ids: NO_IDS, messages: [] });
  return useStore((state) => {
    const isSame =
      last.current.ids === ids && last.current.messages.every((message) => state.messages.get(message.id) === message);
    if (!isSame) last.current = { ids, messages: collect(ids, state) };
    return last.current.messages;
  });
}

function collect(ids: readonly Id[], state: State): Message[] {
  return ids.flatMap((id) => state.messages.get(id) ?? []);
}

const NO_UNSENT: readonly Unsent[] = [];

function useUnsent(conversationId: Id): readonly Unsent[] {
  const all = useStore((state) => state.unsent);
  return useMemo(() => {
    if (all.size === 0) return NO_UNSENT;
    const own = [...all.values()].filter((item) => item.conversationId === conversationId);
    return own.length === 0 ? NO_UNSENT : own.sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
  }, [all, conversationId]);
}

/** Where the "New" line stands: decided once, when the thread is first seen, and kept while it is open. */
function useNewFrom(conversation: Conversation | undefined, messages: readonly Message[] | null): Id | null {
  const [newFrom, setNewFrom] = useState<Id | null | undefined>(undefined);
  if (newFrom === undefined && conversation && messages) {
    setNewFrom(findNewFrom(messages, unreadOf(conversation)));
  }
  return newFrom ?? null;
}

/** Marks as read what the agent has before the eyes: page visible, end of the thread in view. */
export function useReading(conversation: Conversation | undefined, isAtEnd: boolean): void {
  const id = conversation?.id;
  const unread = conversation ? unreadOf(conversation) : 0;
  const count = conversation?.incoming_count ?? 0;
  useEffect(() => {
    if (id === undefined || unread === 0 || !isAtEnd) return;
    const read = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      stop();
      const before = getState().conversations.get(id)?.read_count ?? 0;
      dispatch({ type: 'conversation_edited', id, change: { read_count: count } });
      postRead(id, count).catch(() => dispatch({ type: 'conversation_edited', id, change: { read_count: before } }));
    };
    const stop = () => {
      removeEventListener('focus', read);
      document.removeEventListener('visibilitychange', read);
    };
    addEventListener('focus', read);
    document.addEventListener('visibilitychange', read);
    read();
    return stop;
  }, [id, unread, count, isAtEnd]);
}
