/** What the list's parts read from the store. */
import { useRef } from 'react';
import type { Conversation, Filter, Id } from '@/shared/api/types';
import { draftKey, listKey, type Draft, type ListQuery, type ListState, type State } from '@/shared/store/state';
import { isInList } from '@/shared/store/lists';
import { useStore } from '@/shared/store/store';
import type { View } from '../paths';
import { concerns } from '../together/concern';

const NONE: readonly Id[] = [];

export function useList(query: ListQuery): ListState | undefined {
  return useStore((state) => state.lists.get(listKey(query)));
}

export function listIds(list: ListState | undefined): readonly Id[] {
  return list?.ids ?? NONE;
}

/** What one has pinned stands on top, as far as it belongs here. */
export function pinnedFirst(ids: readonly Id[], query: ListQuery, state: State): readonly Id[] {
  if (state.pins.length === 0) return ids;
  const isHere = (id: Id) => {
    if (query.view === 'found') return ids.includes(id);
    const row = state.conversations.get(id);
    return row !== undefined && isInList(row, query, state.me);
  };
  const pinned = state.pins.filter(isHere);
  return pinned.length === 0 ? ids : [...pinned, ...ids.filter((id) => !pinned.includes(id))];
}

/** The same array while neither the list nor the pins changed. */
export function usePinnedFirst(ids: readonly Id[], query: ListQuery): readonly Id[] {
  const last = useRef<readonly Id[]>(ids);
  return useStore((state) => {
    const next = pinnedFirst(ids, query, state);
    const isSame = next.length === last.current.length && next.every((id, index) => id === last.current[index]);
    if (!isSame) last.current = next;
    return last.current;
  });
}

export function useConversation(id: Id | undefined): Conversation | undefined {
  return useStore((state) => (id === undefined ? undefined : state.conversations.get(id)));
}

export function useDraft(id: Id): Draft | undefined {
  return useStore((state) => state.drafts.get(draftKey(id, 'reply')) ?? state.drafts.get(draftKey(id, 'note')));
}

export function unreadOf(conversation: Conversation): number {
  return Math.max(0, conversation.incoming_count - conversation.read_count);
}

export function isFound(view: View): boolean {
  return view === 'filter' || view.startsWith('saved-') || view.startsWith('team-');
}

/** The list behind an address. `filter` is that of a saved view, or of now; without one yet nothing is found. */
export function queryOf(view: View, order: ListQuery['order'], filter?: Filter): ListQuery {
  if (isFound(view)) return { view: 'found', order, channelId: null, filter };
  const isChannel = view.startsWith('channel-');
  const name = isChannel ? 'open' : (view as ListQuery['view']);
  return {
    view: name,
    order:
      name === 'resolved' || (name === 'all' && order === 'priority')
        ? 'newest'
        : name === 'waiting' && order !== 'triage'
          ? 'due'
          : order,
    channelId: isChannel ? view.slice('channel-'.length) : null,
  };
}

export function selectUnread(query: ListQuery): (state: State) => number {
  return (state) => {
    let unread = 0;
    for (const id of state.lists.get(listKey(query))?.ids ?? NONE) {
      const conversation = state.conversations.get(id);
      if (conversation && unreadOf(conversation) > 0 && concerns(conversation, state.me)) unread += 1;
    }
    return unread;
  };
}
