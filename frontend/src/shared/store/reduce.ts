/**
 * The one place where state changes: pure, so that "old state + events = a fresh snapshot" can be tested.
 *
 * Answers and frames may cross on their way. Whatever has a position replaces only what was learnt at an earlier one.
 */
import type {
  Agent,
  Changes,
  Channel,
  Contact,
  Conversation,
  ConversationRow,
  Discussion,
  FeedEvent,
  FileRecord,
  Id,
  Label,
  Message,
  PresentAgent,
  Review,
  SavedView,
  SavedViewCounts,
  Team,
  ViewCounts,
} from '@/shared/api/types';
import { asListed } from '@/shared/format/contact';
import { countChange, movesLongest } from './counts';
import { forgottenMarks, forgottenRows, grownThreads } from './forget';
import { compareTimes, settleList, sortIds } from './lists';
import {
  draftKey,
  EMPTY,
  listKey,
  type Draft,
  type ListQuery,
  type ListState,
  type State,
  type ThreadState,
  type Unsent,
} from './state';

export type Action =
  | { type: 'opened'; me: Id; position: number }
  | { type: 'closed' }
  | { type: 'changes'; changes: Changes }
  | { type: 'resynced'; position: number }
  | { type: 'list_loaded'; query: ListQuery; page: ListPage }
  | { type: 'counts_loaded'; counts: ViewCounts }
  | { type: 'base_loaded'; channels: Channel[]; agents: Agent[]; position: number }
  | { type: 'labels_loaded'; labels: Label[] }
  | { type: 'teams_loaded'; teams: Team[] }
  | { type: 'saved_views_loaded'; views: readonly SavedView[] }
  | { type: 'saved_counts_loaded'; counts: SavedViewCounts }
  | { type: 'pins_loaded'; items: readonly Conversation[]; position: number }
  | { type: 'thread_shown'; conversationId: Id | null }
  | { type: 'presence_told'; conversationId: Id; people: readonly PresentAgent[] }
  | { type: 'presence_lost' }
  | { type: 'pins_edited'; pins: readonly Id[] }
  | { type: 'conversation_loaded'; conversation: Conversation; position: number }
  | { type: 'conversation_edited'; id: Id; change: Partial<Conversation> }
  | { type: 'thread_loaded'; conversationId: Id; page: ThreadPage }
  | { type: 'window_loaded'; conversationId: Id; page: ThreadWindow }
  | { type: 'merged_loaded'; conversationId: Id; mergedIds: readonly Id[] }
  | { type: 'earlier_loaded'; conversationId: Id; earlierId: Id | null }
  | { type: 'threads_dropped'; conversationIds: readonly Id[] }
  | { type: 'message_saved'; message: Message; position: number }
  | { type: 'contact_loaded'; contact: Contact; position: number }
  | { type: 'unsent_changed'; items: readonly Unsent[] }
  | { type: 'unsent_removed'; clientIds: readonly Id[] }
  | { type: 'draft_changed'; draft: Draft }
  | { type: 'drafts_loaded'; drafts: readonly Draft[] }
  | { type: 'mentions_loaded'; conversationIds: readonly Id[] }
  | { type: 'mentions_seen'; conversationId: Id }
  | { type: 'discussions_loaded'; items: readonly Discussion[] }
  | { type: 'reviews_loaded'; items: readonly Review[] };

export interface ListPage {
  items: readonly Conversation[];
  next: string | null;
  position: number;
  isFirst: boolean;
  /** The last row of the page by the server's order; what sorts behind is not loaded. */
  boundary: string | null;
  /** Those who wait, where only the server knows their order. */
  ranked?: readonly Id[];
}

export interface ThreadPage {
  items: readonly Message[];
  next: string | null;
  position: number;
  isFirst: boolean;
}

/** Part of a thread from its middle, in the place of what was loaded, or going on from it towards the end. */
export interface ThreadWindow {
  items: readonly Message[];
  next: string | null;
  newer: string | null;
  position: number;
  isMore: boolean;
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'opened':
      return { ...EMPTY, me: action.me, position: action.position, epoch: state.epoch + 1 };
    case 'closed':
      return { ...EMPTY, epoch: state.epoch + 1 };
    case 'changes':
      return applyChanges(state, action.changes);
    case 'resynced':
      return { ...state, position: action.position, epoch: state.epoch + 1, learnt: new Map(), missing: new Set() };
    case 'list_loaded':
      return loadList(state, action.query, action.page);
    case 'counts_loaded':
      return loadCounts(state, action.counts);
    case 'base_loaded':
      return {
        ...state,
        channels: byId([...action.channels, ...toldSince(state, state.channels, action.position)]),
        agents: byId([...action.agents, ...toldSince(state, state.agents, action.position)]),
      };
    case 'labels_loaded':
      return { ...state, labels: byId(action.labels), areLabelsLoaded: true };
    case 'teams_loaded':
      return { ...state, teams: byId(action.teams), areTeamsLoaded: true };
    case 'saved_views_loaded':
      return { ...state, savedViews: action.views };
    case 'saved_counts_loaded':
      return {
        ...state,
        savedCounts: { byId: action.counts.counts, teams: action.counts.teams, position: action.counts.position },
      };
    case 'pins_loaded':
      return {
        ...learnConversations(state, action.items, action.position).state,
        pins: action.items.map(({ id }) => id),
      };
    case 'thread_shown':
      return showThread(state, action.conversationId);
    case 'presence_told':
      return { ...state, presence: withPeople(state.presence, action.conversationId, action.people) };
    case 'presence_lost':
      return { ...state, presence: new Map() };
    case 'pins_edited':
      return { ...state, pins: action.pins };
    case 'conversation_loaded':
      return loadConversation(state, action.conversation, action.position);
    case 'conversation_edited':
      return editConversation(state, action.id, action.change);
    case 'thread_loaded':
      return loadThread(state, action.conversationId, action.page);
    case 'merged_loaded':
      return { ...state, merged: new Map(state.merged).set(action.conversationId, action.mergedIds) };
    case 'earlier_loaded':
      return loadEarlier(state, action.conversationId, action.earlierId);
    case 'window_loaded':
      return loadWindow(state, action.conversationId, action.page);
    case 'threads_dropped':
      return dropThreads(state, action.conversationIds);
    case 'message_saved':
      return withMessages(state, [action.message], action.position);
    case 'contact_loaded':
      return contactLoaded(state, action.contact, action.position);
    case 'unsent_changed':
      return changeUnsent(state, action.items);
    case 'unsent_removed':
      return { ...state, unsent: without(state.unsent, action.clientIds) };
    case 'draft_changed':
      return changeDraft(state, action.draft);
    case 'drafts_loaded':
      return action.drafts.reduce(changeDraft, state);
    case 'mentions_loaded':
      return { ...state, mentions: new Set(action.conversationIds) };
    case 'mentions_seen':
      return { ...state, mentions: new Set([...state.mentions].filter((id) => id !== action.conversationId)) };
    case 'discussions_loaded':
      return { ...state, discussions: action.items };
    case 'reviews_loaded':
      return { ...state, reviews: action.items };
  }
}

// --- The feed --------------------------------------------------------------------------------------------------------

function applyChanges(state: State, changes: Changes): State {
  if (changes.position <= state.position) return state;
  const started = new Set(
    changes.events.filter((event) => event.kind === 'conversation_started').map((event) => event.conversation_id),
  );
  let next = withRows(state, changes.conversations ?? [], changes.position, started);
  next = withMessages(next, changes.messages ?? [], changes.position);
  next = withFiles(next, changes.files ?? []);
  if (changes.contacts?.length) next = withContacts(next, changes.contacts, changes.position);
  next = withBase(next, changes);
  next = changes.events.reduce(applyEvent, next);
  next = forgetHidden(next, changes.events, changes.position);
  next = forgetOld(next, changes.messages ?? []);
  return { ...next, position: changes.position };
}

function forgetOld(state: State, messages: readonly Message[]): State {
  const threads = grownThreads(state, new Set(messages.map((message) => message.conversation_id)));
  const next = threads.length === 0 ? state : dropThreads(state, threads);
  const rows = forgottenRows(next);
  const conversations = without(next.conversations, rows);
  const marks = [...rows, ...forgottenMarks(next)];
  return marks.length === 0 ? next : { ...next, conversations, learnt: without(next.learnt, marks) };
}

function withBase(state: State, { channels = [], agents = [], position }: Changes): State {
  if (channels.length === 0 && agents.length === 0) return state;
  const learnt = new Map(state.learnt);
  for (const { id } of [...channels, ...agents]) learnt.set(id, position);
  return { ...state, channels: byId(channels, state.channels), agents: byId(agents, state.agents), learnt };
}

/** What frames brought after a snapshot was asked for: the snapshot may lack it, or show it as it stood before. */
function toldSince<T extends { readonly id: Id }>(
  state: State,
  known: ReadonlyMap<Id, T>,
  position: number,
): readonly T[] {
  return [...known.values()].filter(({ id }) => (state.learnt.get(id) ?? -1) > position);
}

/** Conversations that somebody else answers now, for an agent who sees only his own. */
function forgetHidden(state: State, events: readonly FeedEvent[], position: number): State {
  const hidden = new Set(events.flatMap((event) => (event.is_hidden && event.conversation_id) || []));
  if (hidden.size === 0) return state;
  const { opened } = state;
  const gone = [...hidden].filter((id) => id !== opened);
  const taken = opened !== null && hidden.has(opened) ? new Set([...state.taken, opened]) : state.taken;
  const conversations = without(state.conversations, gone);
  const missing = new Set([...state.missing].filter((id) => !hidden.has(id)));
  const counts = state.counts && { ...state.counts, isStale: true };
  // An answer that left the server before this knows less.
  const learnt = new Map(state.learnt);
  for (const id of hidden) learnt.set(id, position);
  return settle(dropThreads({ ...state, conversations, missing, counts, taken, learnt }, gone), hidden);
}

/** What was open only because it had been is forgotten with its closing. */
function showThread(state: State, conversationId: Id | null): State {
  const gone = [...state.taken].filter((id) => id !== conversationId);
  const next = { ...state, opened: conversationId, threads: lastShown(state.threads, conversationId) };
  if (gone.length === 0) return next;
  const taken = new Set([...state.taken].filter((id) => id === conversationId));
  return dropThreads({ ...next, taken, conversations: without(state.conversations, gone) }, gone);
}

/** The thread that was shown last stands last among them. */
function lastShown(threads: State['threads'], id: Id | null): State['threads'] {
  const thread = id === null ? undefined : threads.get(id);
  if (id === null || !thread) return threads;
  const next = new Map(threads);
  next.delete(id);
  return next.set(id, thread);
}

/** What an event says beyond the things it carries, which are in already. */
function applyEvent(state: State, event: FeedEvent): State {
  switch (event.kind) {
    case 'conversation_read':
      return event.conversation_id
        ? editConversation(state, event.conversation_id, { read_count: Number(event.data?.read_count ?? 0) })
        : state;
    case 'template_changed':
      return { ...state, templateEpoch: state.templateEpoch + 1 };
    case 'draft_changed':
      return { ...state, draftEpoch: state.draftEpoch + 1, counts: stale(state.counts) };
    case 'mentions_changed':
      return { ...state, mentionEpoch: state.mentionEpoch + 1, counts: stale(state.counts) };
    case 'review_changed':
      return { ...state, reviewEpoch: state.reviewEpoch + 1 };
    case 'discussion_changed':
      return { ...state, discussionEpoch: state.discussionEpoch + 1 };
    case 'scheduled_changed':
      return { ...state, scheduledEpoch: state.scheduledEpoch + 1 };
    case 'conversation_changed':
      return conversationChanged(state, event);
    case 'task_changed':
      return { ...state, taskEpoch: state.taskEpoch + 1 };
    case 'demo_removed':
      return { ...EMPTY, me: state.me, position: state.position, epoch: state.epoch + 1, unsent: state.unsent };
    case 'label_created':
    case 'label_changed':
    case 'label_deleted':
      return { ...state, labelEpoch: state.labelEpoch + 1 };
    case 'pins_changed':
      return { ...state, pinEpoch: state.pinEpoch + 1 };
    case 'team_created':
    case 'team_changed':
      return { ...state, teamEpoch: state.teamEpoch + 1 };
    case 'team_deleted':
      return { ...withoutTeam(state, event.data?.team_id), teamEpoch: state.teamEpoch + 1 };
    case 'field_changed':
      return { ...state, fieldEpoch: state.fieldEpoch + 1 };
    case 'company_changed':
      return { ...state, companyEpoch: state.companyEpoch + 1 };
    case 'contact_changed':
      // Who are one, or two again, belong to their company together.
      return {
        ...state,
        contactEpoch: state.contactEpoch + 1,
        companyEpoch: state.companyEpoch + (event.data?.merged_into || event.data?.unmerged_from ? 1 : 0),
      };
    case 'saved_view_changed':
      return { ...state, savedViewEpoch: state.savedViewEpoch + 1 };
    case 'conversation_started':
    case 'message_received':
    case 'message_queued':
    case 'message_status_changed':
    case 'message_edited':
    case 'message_deleted':
    case 'note_added':
    case 'reaction_changed':
    case 'spoken_text_changed':
    case 'transcript_made':
    case 'addresses_revealed':
    case 'contacts_exported':
    case 'file_changed':
    case 'channel_changed':
    case 'channel_connected':
    case 'channel_disconnected':
    case 'stage_changed':
    case 'calendar_changed':
    case 'automatic_reply_changed':
    case 'sla_policy_changed':
    case 'deadlines_changed':
    case 'deadline_reached':
    case 'agent_changed':
    case 'availability_changed':
    case 'routing_changed':
    case 'shift_finished':
    case 'day_full':
    case 'rota_changed':
    case 'role_changed':
    case 'preferences_changed':
    case 'notifications_changed':
    case 'workspace_changed':
    case 'answer_decided':
    case 'signed_in':
    case 'sign_in_failed':
    case 'signed_out':
    case 'session_revoked':
    case 'password_changed':
    case 'invitation_created':
    case 'invitation_revoked':
    case 'invitation_used':
    case 'saved_reply_changed':
    case 'macro_changed':
    case 'macro_run':
    case 'rule_changed':
    case 'rule_run':
    case 'token_created':
    case 'token_revoked':
    case 'webhook_changed':
    case 'sending_paused':
    case 'sending_resumed':
    case 'delivery_unroutable':
    case 'item_failed':
    case 'item_replayed':
    case 'item_dropped':
    case 'configuration_applied':
      return state;
    default:
      return unknownEvent(state, event.kind);
  }
}

/** What a deleted team had is nobody's team's. */
function withoutTeam(state: State, teamId: unknown): State {
  const conversations = new Map(state.conversations);
  for (const row of state.conversations.values()) {
    if (row.team_id === teamId) conversations.set(row.id, { ...row, team_id: null });
  }
  return { ...state, conversations };
}

function stale(counts: State['counts']): State['counts'] {
  return counts && { ...counts, isStale: true };
}

/** Its row came with the frame; what else is kept beside it is asked for again. */
function conversationChanged(state: State, { data }: FeedEvent): State {
  const linkEpoch = data?.has_new_links === true ? state.linkEpoch + 1 : state.linkEpoch;
  const valueEpoch = data?.field_id ? state.valueEpoch + 1 : state.valueEpoch;
  return linkEpoch === state.linkEpoch && valueEpoch === state.valueEpoch ? state : { ...state, linkEpoch, valueEpoch };
}

/** A newer server may know more kinds: their things came with the frame, the rest is not for this page. */
function unknownEvent(state: State, _kind: never): State {
  return state;
}

function withRows(
  state: State,
  rows: readonly ConversationRow[],
  position: number,
  started: ReadonlySet<Id | null | undefined>,
): State {
  const fresh = rows.filter((row) => (state.learnt.get(row.id) ?? -1) <= position);
  if (fresh.length === 0) return state;
  const conversations = new Map(state.conversations);
  const learnt = new Map(state.learnt);
  const missing = new Set(state.missing);
  let counts = state.counts;
  for (const row of fresh) {
    const before = state.conversations.get(row.id);
    const isNew = started.has(row.id);
    if (!before && !isNew) missing.add(row.id);
    conversations.set(row.id, { ...row, read_count: before?.read_count ?? firstReadCount(row, isNew) });
    learnt.delete(row.id); // so that what changed last stands last
    learnt.set(row.id, position);
    if (counts && position > counts.position) counts = countRow(counts, before, row, isNew, state.me);
  }
  const taken = given(state.taken, fresh);
  return settle({ ...state, conversations, learnt, missing, counts, taken }, new Set(fresh.map((row) => row.id)));
}

/** It is shown to us: then it is not taken any more. */
function given(taken: State['taken'], rows: readonly ConversationRow[]): State['taken'] {
  if (!rows.some((row) => taken.has(row.id))) return taken;
  return new Set([...taken].filter((id) => !rows.some((row) => row.id === id)));
}

function countRow(
  counts: NonNullable<State['counts']>,
  before: ConversationRow | undefined,
  row: ConversationRow,
  isNew: boolean,
  me: Id,
): NonNullable<State['counts']> {
  if (!before && !isNew) return { ...counts, isStale: true };
  const changed = countChange(counts, before, row, me);
  return movesLongest(counts, before, row) ? { ...changed, isStale: true } : changed;
}

/** How much an agent has read of a conversation this page meets for the first time; the fetch will tell exactly. */
function firstReadCount(row: ConversationRow, isNew: boolean): number {
  if (isNew) return 0;
  return row.last_message?.direction === 'incoming' ? row.incoming_count - 1 : row.incoming_count;
}

function settle(state: State, touched: ReadonlySet<Id>): State {
  let lists: Map<string, ListState> | null = null;
  // What was taken away is read on, but stands in no list.
  const listed = without(state.conversations, [...state.taken]);
  for (const [key, list] of state.lists) {
    const settled = settleList(list, touched, listed, state.me);
    if (settled !== list) (lists ??= new Map(state.lists)).set(key, settled);
  }
  return lists ? { ...state, lists } : state;
}

function withMessages(state: State, incoming: readonly Message[], position: number): State {
  const fresh = incoming.filter(
    (message) => state.threads.has(message.conversation_id) && (state.learnt.get(message.id) ?? -1) <= position,
  );
  const confirmed = incoming.flatMap((message) =>
    message.client_id && state.unsent.has(message.client_id) ? [message.client_id] : [],
  );
  if (fresh.length === 0 && confirmed.length === 0) return state;
  const messages = new Map(state.messages);
  const learnt = new Map(state.learnt);
  const threads = new Map(state.threads);
  for (const message of fresh) {
    messages.set(message.id, message);
    learnt.set(message.id, position);
    const thread = threads.get(message.conversation_id);
    if (thread) threads.set(message.conversation_id, withId(thread, message, messages));
  }
  return { ...state, messages, learnt, threads, unsent: without(state.unsent, confirmed) };
}

function withId(thread: ThreadState, message: Message, messages: ReadonlyMap<Id, Message>): ThreadState {
  const ids = thread.ids.includes(message.id) ? thread.ids.filter((id) => id !== message.id) : thread.ids;
  let place = ids.length;
  while (place > 0 && compareMessages(messages.get(ids[place - 1] ?? ''), message) > 0) place -= 1;
  if (place === 0 && thread.next !== null && ids.length > 0) return { ...thread, ids };
  // Between the middle that is shown and the end lies what is not here.
  if (place === ids.length && thread.newer) return { ...thread, ids };
  const next = [...ids.slice(0, place), message.id, ...ids.slice(place)];
  return next.every((id, index) => id === thread.ids[index]) && next.length === thread.ids.length
    ? thread
    : { ...thread, ids: next };
}

function compareMessages(a: Message | undefined, b: Message): number {
  return a ? compareTimes(a.at, b.at) || a.seq - b.seq : -1;
}

/** A file that arrived changes the messages that show it. */
function withFiles(state: State, files: readonly FileRecord[]): State {
  if (files.length === 0) return state;
  const known = new Map(state.files);
  const messages = new Map(state.messages);
  for (const message of state.messages.values()) {
    const changed = files.filter((file) => file.id in message.files);
    if (changed.length === 0) continue;
    const own = { ...message.files };
    for (const file of changed) {
      own[file.id] = file;
      known.set(file.id, file);
    }
    messages.set(message.id, { ...message, files: own });
  }
  return { ...state, files: known, messages };
}

/** What a frame said after it was asked for stands. */
function contactLoaded(state: State, contact: Contact, position: number): State {
  if (state.contacts.has(contact.id) && (state.learnt.get(contact.id) ?? -1) > position) return state;
  const known = { ...state, contacts: new Map(state.contacts).set(contact.id, contact) };
  return withContacts(known, [contact], position);
}

function withContacts(state: State, contacts: readonly Contact[], position: number): State {
  const known = new Map(state.contacts);
  const learnt = new Map(state.learnt);
  for (const contact of contacts) {
    learnt.set(contact.id, Math.max(position, learnt.get(contact.id) ?? -1));
    if (known.has(contact.id)) known.set(contact.id, contact);
  }
  const conversations = new Map(state.conversations);
  const changed = byId(contacts);
  for (const conversation of state.conversations.values()) {
    const contact = changed.get(conversation.contact.id);
    if (!contact) continue;
    const shown = asListed(contact, conversation.channel_id);
    if (!isAlike(shown, conversation.contact)) conversations.set(conversation.id, { ...conversation, contact: shown });
  }
  return { ...state, contacts: known, conversations, learnt };
}

function isAlike(one: Conversation['contact'], other: Conversation['contact']): boolean {
  return (
    one.name === other.name &&
    one.is_vip === other.is_vip &&
    one.is_blocked === other.is_blocked &&
    one.is_opted_out === other.is_opted_out &&
    one.time_zone === other.time_zone
  );
}

// --- Snapshots -------------------------------------------------------------------------------------------------------

function loadList(state: State, query: ListQuery, page: ListPage): State {
  const key = listKey(query);
  const { state: known } = learnConversations(state, page.items, page.position);
  const previous = page.isFirst ? undefined : known.lists.get(key);
  const ids = [...(previous?.ids ?? []), ...page.items.map((row) => row.id)];
  const ranks = new Map(previous?.ranks);
  for (const id of page.ranked ?? []) if (!ranks.has(id)) ranks.set(id, ranks.size);
  const list: ListState = {
    query,
    ids: sortIds(ids, query, known.conversations, ranks),
    next: page.next,
    boundary: page.boundary,
    isLoaded: true,
    epoch: state.epoch,
    isStale: false,
    ranks,
  };
  const lists = new Map(known.lists).set(key, list);
  // Rows that changed on their way here: whoever was learnt later than the page decides himself where he stands.
  return settle({ ...known, lists }, new Set(laterThan(known, page.position)));
}

function* laterThan(state: State, position: number): Generator<Id> {
  for (const [id, learnt] of state.learnt) if (learnt > position && state.conversations.has(id)) yield id;
}

function learnConversations(state: State, rows: readonly Conversation[], position: number): { state: State } {
  const conversations = new Map(state.conversations);
  const learnt = new Map(state.learnt);
  const missing = new Set(state.missing);
  const touched = new Set<Id>();
  for (const row of rows) {
    const wasMissing = missing.delete(row.id);
    const before = conversations.get(row.id);
    if ((learnt.get(row.id) ?? -1) <= position) {
      conversations.set(row.id, row);
      learnt.set(row.id, position);
      touched.add(row.id);
    } else if (before && wasMissing) {
      conversations.set(row.id, { ...before, read_count: row.read_count });
    }
  }
  return { state: settle({ ...state, conversations, learnt, missing }, touched) };
}

function loadConversation(state: State, conversation: Conversation, position: number): State {
  return learnConversations(state, [conversation], position).state;
}

function editConversation(state: State, id: Id, change: Partial<Conversation>): State {
  const before = state.conversations.get(id);
  if (!before) return state;
  const after = { ...before, ...change };
  const conversations = new Map(state.conversations).set(id, after);
  const counts = state.counts && countChange(state.counts, before, after, state.me);
  return settle({ ...state, conversations, counts }, new Set([id]));
}

function loadCounts(state: State, counts: ViewCounts): State {
  return {
    ...state,
    counts: {
      views: counts.views,
      channels: counts.channels,
      longestWaitingSince: counts.longest_waiting_since,
      position: counts.position,
      isStale: counts.position < state.position,
    },
  };
}

function loadThread(state: State, conversationId: Id, page: ThreadPage): State {
  const threads = new Map(state.threads);
  const previous = threads.get(conversationId);
  // Somebody went on to the middle while the end was on its way.
  if (page.isFirst && previous?.newer && previous.epoch === state.epoch) return state;
  const isKept = previous !== undefined && previous.isLoaded && !(page.isFirst && previous.epoch !== state.epoch);
  threads.set(conversationId, {
    ids: isKept ? previous.ids : [],
    next: isKept && page.isFirst ? previous.next : page.next,
    ...(previous?.earlier !== undefined && { earlier: previous.earlier }),
    ...(isKept && previous.newer !== undefined && { newer: previous.newer }),
    isLoaded: true,
    epoch: state.epoch,
  });
  const messages = new Map(state.messages);
  const learnt = new Map(state.learnt);
  const ids = new Set(isKept ? previous.ids : []);
  for (const message of page.items) {
    ids.add(message.id);
    if ((learnt.get(message.id) ?? -1) > page.position) continue;
    messages.set(message.id, message);
    learnt.set(message.id, page.position);
  }
  const thread = threads.get(conversationId) as ThreadState;
  if (!thread.newer) addNewer(ids, state, conversationId, page.position);
  threads.set(conversationId, { ...thread, ids: inOrder([...ids], messages) });
  const confirmed = page.items.flatMap((message) =>
    message.client_id && state.unsent.has(message.client_id) ? [message.client_id] : [],
  );
  return { ...state, threads, messages, learnt, unsent: without(state.unsent, confirmed) };
}

/** What came by the feed after a page was read. */
function addNewer(ids: Set<Id>, state: State, conversationId: Id, position: number): void {
  for (const message of state.messages.values()) {
    const isNewer = (state.learnt.get(message.id) ?? -1) > position;
    if (message.conversation_id === conversationId && isNewer) ids.add(message.id);
  }
}

function loadWindow(state: State, conversationId: Id, page: ThreadWindow): State {
  const previous = state.threads.get(conversationId);
  const kept = page.isMore && previous ? previous : null;
  const messages = new Map(state.messages);
  const learnt = new Map(state.learnt);
  const ids = new Set(kept?.ids);
  for (const message of page.items) {
    ids.add(message.id);
    if ((learnt.get(message.id) ?? -1) > page.position) continue;
    messages.set(message.id, message);
    learnt.set(message.id, page.position);
  }
  if (page.newer === null) addNewer(ids, state, conversationId, page.position);
  for (const id of previous?.ids ?? []) {
    if (ids.has(id)) continue;
    messages.delete(id);
    learnt.delete(id);
  }
  const threads = new Map(state.threads).set(conversationId, {
    ids: inOrder([...ids], messages),
    next: kept ? kept.next : page.next,
    newer: page.newer,
    ...(previous?.earlier !== undefined && { earlier: previous.earlier }),
    isLoaded: true,
    epoch: state.epoch,
  });
  const confirmed = page.items.flatMap((message) =>
    message.client_id && state.unsent.has(message.client_id) ? [message.client_id] : [],
  );
  return { ...state, threads, messages, learnt, unsent: without(state.unsent, confirmed) };
}

/** Sorted by the thread's key. An older page in front of ten thousand is put there, not sorted into them. */
function inOrder(ids: Id[], messages: ReadonlyMap<Id, Message>): Id[] {
  const compare = (a: Id, b: Id) => compareMessages(messages.get(a), messages.get(b) as Message);
  // What was there stands first and in order; where that ends, the new ones begin.
  const end = ids.findIndex((id, index) => index > 0 && compare(ids[index - 1] as Id, id) > 0);
  if (end < 0) return ids;
  const known = ids.slice(0, end);
  const added = ids.slice(end).sort(compare);
  const isInFront = compare(added[added.length - 1] as Id, known[0] as Id) < 0;
  return isInFront ? [...added, ...known] : [...known, ...added].sort(compare);
}

function loadEarlier(state: State, conversationId: Id, earlierId: Id | null): State {
  const thread = state.threads.get(conversationId);
  if (!thread) return state;
  return { ...state, threads: new Map(state.threads).set(conversationId, { ...thread, earlier: earlierId }) };
}

function dropThreads(state: State, conversationIds: readonly Id[]): State {
  const threads = new Map(state.threads);
  const messages = new Map(state.messages);
  const learnt = new Map(state.learnt);
  const files = new Map(state.files);
  for (const conversationId of conversationIds) {
    for (const id of threads.get(conversationId)?.ids ?? []) {
      for (const file of Object.keys(messages.get(id)?.files ?? {})) files.delete(file);
      messages.delete(id);
      learnt.delete(id);
    }
    threads.delete(conversationId);
  }
  return { ...state, threads, messages, learnt, files };
}

function withPeople(
  presence: State['presence'],
  conversationId: Id,
  people: readonly PresentAgent[],
): State['presence'] {
  if (people.length === 0) return without(presence, [conversationId]);
  return new Map(presence).set(conversationId, people);
}

// --- What only this browser knows --------------------------------------------------------------------------------------

function changeUnsent(state: State, items: readonly Unsent[]): State {
  const unsent = new Map(state.unsent);
  for (const item of items) unsent.set(item.clientId, item);
  return { ...state, unsent };
}

function changeDraft(state: State, draft: Draft): State {
  const drafts = new Map(state.drafts);
  const key = draftKey(draft.conversationId, draft.mode);
  if (draft.text.trim() === '') drafts.delete(key);
  else drafts.set(key, draft);
  return { ...state, drafts };
}

function without<V>(map: ReadonlyMap<string, V>, keys: readonly string[]): ReadonlyMap<string, V> {
  if (!keys.some((key) => map.has(key))) return map;
  const next = new Map(map);
  for (const key of keys) next.delete(key);
  return next;
}

function byId<T extends { id: Id }>(items: readonly T[], known: ReadonlyMap<Id, T> = new Map()): ReadonlyMap<Id, T> {
  const next = new Map(known);
  for (const item of items) next.set(item.id, item);
  return next;
}
