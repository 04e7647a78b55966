/** Brings snapshots into the store. Each function may be called again at any time; a running request is shared. */
import {
  fetchAgents,
  fetchChannels,
  fetchContact,
  fetchConversation,
  fetchConversations,
  fetchCounts,
  fetchDiscussions,
  fetchEarlier,
  fetchLabels,
  fetchMentions,
  fetchMessages,
  fetchMessagesAround,
  fetchPins,
  fetchReviews,
  fetchTeams,
  fetchSavedCounts,
  fetchSavedViews,
  findConversations,
} from '@/shared/api/calls';
import type { Conversation, ConversationDetail, Id, Page, Time } from '@/shared/api/types';
import { asListed } from '@/shared/format/contact';
import { ask } from './ask';
import { listTime } from './lists';
import { listKey, type ListQuery, type State } from './state';
import { dispatch, getState } from './store';

const THREADS_KEPT = 50;
const WAITING_LIMIT = 100;
/** Whoever scrolls up reads fast. */
const OLDER = 100;
const MOST_RELOADED = 500;
const running = new Map<string, Promise<void>>();

export function loadBase(): Promise<void> {
  const { epoch, position } = getState();
  return once(`base ${epoch}`, async () => {
    const [channels, agents] = await Promise.all([fetchChannels(), fetchAgents()]);
    if (getState().epoch === epoch) dispatch({ type: 'base_loaded', channels, agents, position });
  });
}

/** All labels. What was asked before they changed again is not taken in any more. */
export function loadLabels(): Promise<void> {
  const { epoch, labelEpoch } = getState();
  return once(`labels ${epoch} ${labelEpoch}`, async () => {
    const labels = await fetchLabels();
    const now = getState();
    if (now.epoch === epoch && now.labelEpoch === labelEpoch) dispatch({ type: 'labels_loaded', labels });
  });
}

/** All teams, in the same way. */
export function loadTeams(): Promise<void> {
  const { epoch, teamEpoch } = getState();
  return once(`teams ${epoch} ${teamEpoch}`, async () => {
    const teams = await fetchTeams();
    const now = getState();
    if (now.epoch === epoch && now.teamEpoch === teamEpoch) dispatch({ type: 'teams_loaded', teams });
  });
}

/** Saved views as the pane shows them. What was asked before they changed again is not taken in any more. */
export function loadSavedViews(): Promise<void> {
  const { epoch, savedViewEpoch } = getState();
  return once(`saved views ${epoch} ${savedViewEpoch}`, async () => {
    const views = await fetchSavedViews();
    const now = getState();
    if (now.epoch === epoch && now.savedViewEpoch === savedViewEpoch) dispatch({ type: 'saved_views_loaded', views });
  });
}

export function loadSavedCounts(): Promise<void> {
  return once('saved counts', async () => {
    dispatch({ type: 'saved_counts_loaded', counts: await fetchSavedCounts() });
  });
}

/** What is pinned, with its rows: they may stand far down their lists. */
export function loadPins(): Promise<void> {
  const { epoch, pinEpoch } = getState();
  return once(`pins ${epoch} ${pinEpoch}`, async () => {
    const { items, position } = await fetchPins();
    const now = getState();
    if (now.epoch === epoch && now.pinEpoch === pinEpoch) dispatch({ type: 'pins_loaded', items, position });
  });
}

export function loadMentions(): Promise<void> {
  return once(`mentions ${getState().mentionEpoch}`, async () => {
    dispatch({ type: 'mentions_loaded', conversationIds: await fetchMentions() });
  });
}

/** One's open discussions. What was asked before something happened in one again is not taken in any more. */
export function loadDiscussions(): Promise<void> {
  const { epoch, discussionEpoch } = getState();
  return once(`discussions ${epoch} ${discussionEpoch}`, async () => {
    const items = await fetchDiscussions('open');
    const now = getState();
    if (now.epoch === epoch && now.discussionEpoch === discussionEpoch) dispatch({ type: 'discussions_loaded', items });
  });
}

/** The reviews one has to do with, in the same way. */
export function loadReviews(): Promise<void> {
  const { epoch, reviewEpoch } = getState();
  return once(`reviews ${epoch} ${reviewEpoch}`, async () => {
    const items = await fetchReviews();
    const now = getState();
    if (now.epoch === epoch && now.reviewEpoch === reviewEpoch) dispatch({ type: 'reviews_loaded', items });
  });
}

export function loadCounts(): Promise<void> {
  return once('counts', async () => {
    dispatch({ type: 'counts_loaded', counts: await fetchCounts() });
  });
}

/** The first page of a list; in order of urgency together with everybody who waits. */
export function loadList(query: ListQuery): Promise<void> {
  const { epoch, draftEpoch, mentionEpoch } = getState();
  return once(`list ${listKey(query)} ${epoch} ${draftEpoch} ${mentionEpoch}`, async () => {
    const [page, waiting] = await Promise.all([fetchPage(query, null), fetchWaiting(query)]);
    dispatch({
      type: 'list_loaded',
      query,
      page: {
        items: [...page.items, ...waiting.items],
        next: page.next,
        position: Math.min(page.position, waiting.position),
        isFirst: true,
        boundary: boundaryOf(query, page),
        ranked: rankedOf(query, query.view === 'waiting' ? page.items : waiting.items),
      },
    });
  });
}

/** A list whose rows only the server knows, as far as it was loaded; so that nobody loses the place where they read. */
export function reloadFound(query: ListQuery): Promise<void> {
  const loaded = getState().lists.get(listKey(query))?.ids.length ?? 0;
  return once(`found ${listKey(query)}`, async () => {
    await loadList(query);
    let size = 0;
    for (;;) {
      const list = getState().lists.get(listKey(query));
      const now = list?.ids.length ?? 0;
      if (!list || list.next === null || now >= Math.min(loaded, MOST_RELOADED) || now <= size) return;
      size = now;
      await loadMore(query);
    }
  });
}

/** The next page, if there is one. */
export function loadMore(query: ListQuery): Promise<void> {
  const list = getState().lists.get(listKey(query));
  if (!list || list.next === null) return Promise.resolve();
  const { next } = list;
  return once(`list ${listKey(query)} ${next}`, async () => {
    const page = await fetchPage(query, next);
    dispatch({
      type: 'list_loaded',
      query,
      page: {
        items: page.items,
        next: page.next,
        position: page.position,
        isFirst: false,
        boundary: boundaryOf(query, page),
        ranked: rankedOf(query, query.view === 'waiting' ? page.items : []),
      },
    });
  });
}

function fetchPage(query: ListQuery, after: string | null): Promise<Page<Conversation>> {
  const order = query.order === 'oldest' || query.order === 'priority' ? query.order : 'newest';
  if (query.filter !== undefined) return findConversations({ filter: query.filter, order, after });
  if (query.view === 'found') return Promise.resolve({ items: [], next: null, position: Infinity });
  return fetchConversations({
    view: query.view,
    channelId: query.channelId,
    order: query.view === 'waiting' ? waitingOrder(query) : order,
    after,
  });
}

async function fetchWaiting(query: ListQuery): Promise<Page<Conversation>> {
  const isPlain = query.order === 'newest' || query.order === 'oldest' || query.order === 'priority';
  if (isPlain || query.view === 'waiting' || query.view === 'resolved') {
    return { items: [], next: null, position: Infinity };
  }
  if (query.filter !== undefined) {
    return findConversations({ filter: query.filter, order: waitingOrder(query), after: null, limit: WAITING_LIMIT });
  }
  if (query.view === 'found') return { items: [], next: null, position: Infinity };
  return fetchConversations({
    view: query.view,
    channelId: query.channelId,
    order: waitingOrder(query),
    limit: WAITING_LIMIT,
  });
}

function waitingOrder(query: ListQuery): 'due' | 'waiting' | 'triage' {
  return query.order === 'triage' || query.order === 'due' ? query.order : 'waiting';
}

/** Who waits, in the server's order, where only it knows that. */
function rankedOf(query: ListQuery, waiting: readonly Conversation[]): readonly Id[] {
  return query.order === 'triage' ? waiting.map((row) => row.id) : [];
}

function boundaryOf(query: ListQuery, page: Page<Conversation>): string | null {
  if (query.view === 'waiting' && query.order === 'triage') return null;
  const last = page.items[page.items.length - 1];
  if (!last) return null;
  if (query.order === 'priority') return `${last.priority} ${listTime(last)}`;
  return query.view === 'waiting' ? last.due_at : listTime(last);
}

export function loadConversation(id: Id): Promise<void> {
  return once(`conversation ${id}`, async () => {
    learnDetail(await ask(() => fetchConversation(id)));
  });
}

/** A conversation that came alone brought its contact whole. */
export function learnDetail({ answer, position }: { answer: ConversationDetail; position: number }): void {
  const { contact, ...row } = answer;
  const conversation = { ...row, contact: asListed(contact, row.channel_id) };
  const isNewer = !getState().contacts.has(contact.id) && isKnownSince(contact.id, position);
  dispatch({ type: 'conversation_loaded', conversation, position }, { type: 'contact_loaded', contact, position });
  if (isNewer) void loadContact(contact.id).catch(() => undefined);
}

/** A contact whole. Of one who was not here yet, what a frame said meanwhile is not kept: then it is asked again. */
export function loadContact(id: Id): Promise<void> {
  return once(`contact ${id}`, async () => {
    for (let isStale = true; isStale;) {
      const { answer: contact, position } = await ask(() => fetchContact(id));
      isStale = isKnownSince(id, position);
      dispatch({ type: 'contact_loaded', contact, position });
    }
  });
}

function isKnownSince(id: Id, position: number): boolean {
  return (getState().learnt.get(id) ?? -1) > position;
}

const recent: Id[] = [];

/** The end of a thread, if it is not here yet; the fiftieth-last one is forgotten. */
export function loadThread(conversationId: Id): Promise<void> {
  remember(conversationId);
  const state = getState();
  const thread = state.threads.get(conversationId);
  if (thread?.isLoaded && thread.epoch === state.epoch) return Promise.resolve();
  return once(`thread ${conversationId} ${state.epoch}`, async () => {
    const page = await fetchMessages(conversationId, null);
    dispatch({ type: 'thread_loaded', conversationId, page: { ...page, isFirst: true } });
  });
}

export function loadOlder(conversationId: Id): Promise<void> {
  const thread = getState().threads.get(conversationId);
  if (!thread || thread.next === null) return Promise.resolve();
  const { next } = thread;
  return once(`thread ${conversationId} ${next}`, async () => {
    const page = await fetchMessages(conversationId, next, OLDER);
    dispatch({ type: 'thread_loaded', conversationId, page: { ...page, isFirst: false } });
  });
}

export type Anchor = { readonly messageId: Id } | { readonly at: Time };

/** The part of a thread around a message or a moment, in the place of what was loaded of it. */
export function loadAround(conversationId: Id, anchor: Anchor): Promise<void> {
  remember(conversationId);
  return once(`around ${conversationId} ${JSON.stringify(anchor)}`, async () => {
    const page = await fetchMessagesAround(conversationId, anchor);
    dispatch({ type: 'window_loaded', conversationId, page: { ...page, isMore: false } });
  });
}

/** On towards the end. */
export function loadNewer(conversationId: Id): Promise<void> {
  const newer = getState().threads.get(conversationId)?.newer ?? null;
  if (newer === null) return Promise.resolve();
  return once(`thread ${conversationId} ${newer}`, async () => {
    const page = await fetchMessagesAround(conversationId, { newer });
    if (getState().threads.get(conversationId)?.newer !== newer) return;
    dispatch({ type: 'window_loaded', conversationId, page: { ...page, isMore: true } });
  });
}

/** Back to the end of a thread that was read in its middle. */
export function loadEnd(conversationId: Id): Promise<void> {
  return once(`end ${conversationId}`, async () => {
    const page = await fetchMessages(conversationId, null);
    dispatch({ type: 'window_loaded', conversationId, page: { ...page, newer: null, isMore: false } });
  });
}

/** True while the end of the thread is not here. */
export function hasAfter(state: State, conversationId: Id): boolean {
  return Boolean(state.threads.get(conversationId)?.newer);
}

/** A conversation and those that are read within it. */
export function groupOf(state: State, conversationId: Id): readonly Id[] {
  return [conversationId, ...(state.merged.get(conversationId) ?? [])];
}

/** Of those that are read as one, which lack something above; the one that reaches back least first. */
function incompleteOf(state: State, conversationId: Id): readonly Id[] {
  const oldest = (id: Id) => state.messages.get(state.threads.get(id)?.ids[0] ?? '')?.at ?? '';
  return groupOf(state, conversationId)
    .filter((id) => {
      const thread = state.threads.get(id);
      return !thread?.isLoaded || thread.next !== null;
    })
    .sort((a, b) => (oldest(a) < oldest(b) ? 1 : -1));
}

/** The conversations that one reads by scrolling up, as far as they are known: this one, then the one before it… */
export function earlierOf(state: State, conversationId: Id): readonly Id[] {
  const ids = [conversationId];
  if (incompleteOf(state, conversationId).length > 0) return ids;
  const group = new Set(groupOf(state, conversationId));
  for (let id = conversationId; ;) {
    const thread = state.threads.get(id);
    if (!thread || thread.next !== null || !thread.earlier) return ids;
    id = thread.earlier;
    if (!group.has(id)) ids.push(id);
  }
}

/** The last link of that chain, also where it is read within this one already. */
function lastEarlierOf(state: State, conversationId: Id): Id {
  for (let id = conversationId; ;) {
    const thread = state.threads.get(id);
    if (!thread || thread.next !== null || !thread.earlier) return id;
    id = thread.earlier;
  }
}

/** False once the first message of the first conversation on this channel is here. */
export function hasBefore(state: State, conversationId: Id): boolean {
  if (incompleteOf(state, conversationId).length > 0) return true;
  const first = state.threads.get(lastEarlierOf(state, conversationId));
  return first === undefined || first.next !== null || first.earlier !== null;
}

/** What stands above all that is here: an older page, else the end of the earlier conversation on this channel. */
export function loadBefore(conversationId: Id): Promise<void> {
  const [lacking] = incompleteOf(getState(), conversationId);
  const firstId = lacking ?? lastEarlierOf(getState(), conversationId);
  const first = getState().threads.get(firstId);
  if (!first?.isLoaded) return loadThread(firstId);
  if (first.next !== null) return loadOlder(firstId);
  if (first.earlier === null) return Promise.resolve();
  return once(`earlier ${firstId}`, async () => {
    const { item, position } = await fetchEarlier(firstId);
    if (item) {
      dispatch({ type: 'conversation_loaded', conversation: item, position });
      await loadThread(item.id);
    }
    dispatch({ type: 'earlier_loaded', conversationId: firstId, earlierId: item?.id ?? null });
  });
}

/** Loads ahead what will probably be opened; a failure is nobody's business. */
export function prefetchThread(conversationId: Id): void {
  void loadThread(conversationId).catch(() => undefined);
}

function remember(conversationId: Id): void {
  const place = recent.indexOf(conversationId);
  if (place >= 0) recent.splice(place, 1);
  recent.unshift(conversationId);
  const dropped = recent.splice(THREADS_KEPT);
  if (dropped.length > 0) dispatch({ type: 'threads_dropped', conversationIds: dropped });
}

function once(key: string, work: () => Promise<void>): Promise<void> {
  const known = running.get(key);
  if (known) return known;
  const promise = work().finally(() => running.delete(key));
  running.set(key, promise);
  return promise;
}
