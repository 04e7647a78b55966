/** A thread's messages for the screen: those of the server, then those that only this browser knows. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { postMentionsSeen, postRead } from '@/shared/api/calls';
import { Problem } from '@/shared/api/http';
import type { Conversation, Id, Message } from '@/shared/api/types';
import { earlierOf, groupOf, hasAfter, hasBefore, loadConversation, loadThread } from '@/shared/store/load';
import type { State, Unsent } from '@/shared/store/state';
import { dispatch, getState, useStore } from '@/shared/store/store';
import { unreadOf } from '../inbox/select';
import { interleave } from './interleave';
import { buildRows, showUnsent, type ShownMessage, type ThreadRow } from './rows';
import { findLate, findUnread } from './unread';

export type Failure = 'unreachable' | 'missing';

export interface ThreadView {
  rows: readonly ThreadRow[];
  isLoaded: boolean;
  hasOlder: boolean;
  /** One reads in the middle: the end is not here. */
  hasNewer: boolean;
  /** Messages that came late and stand above what was there; until they were in view. */
  late: readonly Id[];
  onSeen: (ids: readonly Id[]) => void;
  /** Why there is nothing: the server could not say, or knows of no such conversation. */
  failure: Failure | null;
  retry: () => void;
}

export function useThread(conversation: Conversation | undefined, conversationId: Id): ThreadView {
  const isLoaded = useStore((state) => state.threads.get(conversationId)?.isLoaded ?? false);
  const messages = useMessages(conversationId);
  const group = useGroup(conversationId);
  const unsent = useUnsent(group);
  const me = useStore((state) => state.me);
  const epoch = useStore((state) => state.epoch);
  const own = useMemo(
    () => messages.filter((message) => message.conversation_id === conversationId),
    [messages, conversationId],
  );
  const hasNewer = useStore((state) => hasAfter(state, conversationId));
  const { newFrom, late, onSeen } = useNews(conversation, isLoaded && !hasNewer ? own : null);
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
    // What was let go of while it is shown is loaded again.
  }, [conversationId, epoch, round, isLoaded]);
  useEffect(() => {
    for (const id of group) void loadThread(id).catch(() => undefined);
  }, [group, epoch]);

  const rows = useMemo(() => {
    const shown: ShownMessage[] = messages.map((message) => ({ message, unsent: null }));
    for (const item of unsent) shown.push(showUnsent(item, me));
    return buildRows(shown, newFrom, endingsOf(messages, group));
  }, [messages, unsent, me, newFrom, group]);
  return {
    rows,
    isLoaded,
    hasOlder: useStore((state) => hasBefore(state, conversationId)),
    hasNewer,
    late,
    onSeen,
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

/** The messages of the conversation and, above them, of the earlier ones; the same array while none of them changed. */
function useMessages(conversationId: Id): readonly Message[] {
  const last = useRef<{ ids: readonly (readonly Id[])[]; messages: readonly Message[] }>({ ids: [], messages: [] });
  return useStore((state) => {
    const group = groupOf(state, conversationId);
    const earlier = earlierOf(state, conversationId).slice(1).reverse();
    const ids = [...earlier, ...group].map((id) => state.threads.get(id)?.ids ?? NO_IDS);
    const isSame =
      ids.length === last.current.ids.length &&
      ids.every((part, index) => part === last.current.ids[index]) &&
      last.current.messages.every((message) => state.messages.get(message.id) === message);
    if (!isSame) {
      const before = collect(ids.slice(0, earlier.length).flat(), state);
      last.current = { ids, messages: [...before, ...collectGroup(group, state)] };
    }
    return last.current.messages;
  });
}

const NO_IDS: readonly Id[] = [];

function collect(ids: readonly Id[], state: State): Message[] {
  return ids.flatMap((id) => state.messages.get(id) ?? []);
}

/** What is read as one, in time order. */
function collectGroup(group: readonly Id[], state: State): Message[] {
  const [first] = group;
  if (group.length === 1 && first) return collect(state.threads.get(first)?.ids ?? NO_IDS, state);
  return interleave(
    group.flatMap((id) => {
      const thread = state.threads.get(id);
      return thread?.isLoaded ? [{ messages: collect(thread.ids, state), isWhole: thread.next === null }] : [];
    }),
  );
}

/** The ids of what is read as one; the same array while they are the same. */
function useGroup(conversationId: Id): readonly Id[] {
  const key = useStore((state) => groupOf(state, conversationId).join(' '));
  return useMemo(() => key.split(' '), [key]);
}

/** The last message of each earlier conversation. */
function endingsOf(messages: readonly Message[], group: readonly Id[]): ReadonlySet<Id> {
  const endings = new Set<Id>();
  const [own] = group;
  const partOf = (message: Message) => (group.includes(message.conversation_id) ? own : message.conversation_id);
  messages.forEach((message, index) => {
    const next = messages[index + 1];
    if ((next ? partOf(next) : own) !== partOf(message)) endings.add(message.id);
  });
  return endings;
}

const NO_UNSENT: readonly Unsent[] = [];

function useUnsent(group: readonly Id[]): readonly Unsent[] {
  const all = useStore((state) => state.unsent);
  return useMemo(() => {
    if (all.size === 0) return NO_UNSENT;
    const own = [...all.values()].filter((item) => group.includes(item.conversationId));
    return own.length === 0 ? NO_UNSENT : own.sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
  }, [all, group]);
}

interface News {
  /** Decided once, when the thread is first seen, and kept while it is open. */
  newFrom: Id | null;
  late: readonly Id[];
  /** The highest number that was looked at. */
  seq: number;
}

/** Where the "New" line stands, and which messages came late: before the thread was opened or while it is. */
function useNews(conversation: Conversation | undefined, messages: readonly Message[] | null) {
  const [news, setNews] = useState<News | undefined>(undefined);
  if (conversation && messages) {
    const seq = messages.reduce((highest, message) => Math.max(highest, message.seq), 0);
    if (news === undefined) setNews({ ...findUnread(messages, unreadOf(conversation)), seq });
    else if (seq > news.seq) setNews({ ...news, late: [...news.late, ...findLate(messages, news.seq)], seq });
  }
  const onSeen = useCallback((ids: readonly Id[]) => {
    setNews((before) => before && { ...before, late: before.late.filter((id) => !ids.includes(id)) });
  }, []);
  return { newFrom: news?.newFrom ?? null, late: news?.late ?? NO_IDS, onSeen };
}

/** Marks as read what the agent has before the eyes: page visible, end of the thread in view. */
export function useReading(conversation: Conversation | undefined, isAtEnd: boolean): void {
  const id = conversation?.id;
  const unread = conversation ? unreadOf(conversation) : 0;
  const count = conversation?.incoming_count ?? 0;
  const isKept = useIsKept(conversation);
  useEffect(() => {
    if (id === undefined || unread === 0 || !isAtEnd || isKept) return;
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
  }, [id, unread, count, isAtEnd, isKept]);
}

/** Marked unread, here or on another device, it stays so until it is opened again. */
function useIsKept(conversation: Conversation | undefined): boolean {
  const readCount = conversation?.read_count ?? 0;
  const [farthest, setFarthest] = useState(readCount);
  const [isKept, setIsKept] = useState(false);
  if (readCount > farthest) setFarthest(readCount);
  if (readCount < farthest) {
    setFarthest(readCount);
    setIsKept(true);
  }
  return isKept;
}

/** Being named in a note is seen by having it before the eyes. */
export function useSeeingMentions(conversationId: Id): void {
  const isMentioned = useStore((state) => state.mentions.has(conversationId));
  useEffect(() => {
    if (!isMentioned) return;
    const see = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      removeEventListener('focus', see);
      dispatch({ type: 'mentions_seen', conversationId });
      postMentionsSeen(conversationId).catch(() => undefined);
    };
    addEventListener('focus', see);
    see();
    return () => removeEventListener('focus', see);
  }, [conversationId, isMentioned]);
}
