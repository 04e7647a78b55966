/** The requests of the working screens, one function each. */
import { answerOf, client } from './client';
import type {
  Agent,
  Attempt,
  Channel,
  Contact,
  ContactRow,
  Conversation,
  ConversationDetail,
  ConversationStarted,
  ConversationLinks,
  Discussion,
  EarlierContent,
  FieldValue,
  Count,
  FileRecord,
  CallOutcome,
  FilledReply,
  Filter,
  Id,
  Label,
  Message,
  OutgoingContent,
  Page,
  Task,
  TaskPattern,
  Place,
  RecipientFound,
  Review,
  Team,
  ScheduledMessage,
  ListView,
  SavedView,
  SavedViewCounts,
  ServerDraft,
  TemplateRecord,
  Time,
  Undone,
  UndoRequest,
  ViewCounts,
} from './types';
import { wireContent } from './wire';

export interface ConversationQuery {
  view: ListView;
  channelId: Id | null;
  order: 'newest' | 'oldest' | 'waiting' | 'due' | 'priority' | 'triage';
  after?: string | null;
  limit?: number;
}

export interface FilterQuery {
  filter: Filter;
  order: 'newest' | 'oldest' | 'waiting' | 'due' | 'priority' | 'triage';
  after: string | null;
  limit?: number;
}

export async function findConversations({ limit = 50, ...query }: FilterQuery): Promise<Page<Conversation>> {
  const page = await answerOf(client.POST('/api/conversations/find', { body: { ...query, limit } }));
  return { ...page, items: page.items.map((row) => ({ ...row, read_count: row.read_count ?? 0 })) };
}

export function countConversations(filter: Filter): Promise<Count> {
  return answerOf(client.POST('/api/conversations/count', { body: { filter } }));
}

export async function fetchSavedViews(): Promise<SavedView[]> {
  const { items } = await answerOf(client.GET('/api/saved-views'));
  // What comes out goes in again: the two differ only in what the document says of what may be left out.
  return items.map((view) => ({ ...view, filter: view.filter as Filter }));
}

export function fetchSavedCounts(): Promise<SavedViewCounts> {
  return answerOf(client.GET('/api/saved-views/counts'));
}

export async function fetchConversations(query: ConversationQuery): Promise<Page<Conversation>> {
  const { view, channelId, order, after, limit = 50 } = query;
  const page = await answerOf(
    client.GET('/api/conversations', {
      params: { query: { view, order, channel_id: channelId ?? undefined, after: after ?? undefined, limit } },
    }),
  );
  // Only frames leave out how much was read; in a fetched row it always stands.
  return { ...page, items: page.items.map((row) => ({ ...row, read_count: row.read_count ?? 0 })) };
}

export async function fetchPins(): Promise<{ items: Conversation[]; position: number }> {
  const { items, position } = await answerOf(client.GET('/api/pins'));
  return { items: items.map((row) => ({ ...row, read_count: row.read_count ?? 0 })), position };
}

export function fetchCounts(): Promise<ViewCounts> {
  return answerOf(client.GET('/api/views'));
}

export async function fetchChannels(): Promise<Channel[]> {
  return (await answerOf(client.GET('/api/channels'))).items;
}

export async function fetchAgents(): Promise<Agent[]> {
  return (await answerOf(client.GET('/api/agents'))).items;
}

export function fetchConversation(id: Id): Promise<ConversationDetail> {
  return answerOf(client.GET('/api/conversations/{conversation_id}', { params: { path: { conversation_id: id } } }));
}

export function fetchMessages(conversationId: Id, before: string | null, limit = 50): Promise<Page<Message>> {
  return answerOf(
    client.GET('/api/conversations/{conversation_id}/messages', {
      params: { path: { conversation_id: conversationId }, query: { before: before ?? undefined, limit } },
    }),
  );
}

/** The conversation before this one on the same channel, as far as one may see. */
export async function fetchEarlier(id: Id): Promise<{ item: Conversation | null; position: number }> {
  const answer = await answerOf(
    client.GET('/api/conversations/{conversation_id}/earlier', { params: { path: { conversation_id: id } } }),
  );
  return { ...answer, item: answer.item && { ...answer.item, read_count: answer.item.read_count ?? 0 } };
}

export type Around = { readonly messageId: Id } | { readonly at: Time } | { readonly newer: string };

export async function fetchMessagesAround(
  conversationId: Id,
  around: Around,
): Promise<Page<Message> & { newer: string | null }> {
  const query = 'messageId' in around ? { message_id: around.messageId } : 'at' in around ? { at: around.at } : around;
  return answerOf(
    client.GET('/api/conversations/{conversation_id}/messages/around', {
      params: { path: { conversation_id: conversationId }, query },
    }),
  );
}

export interface ConversationChange {
  state?: 'open' | 'resolved';
  assignee_id?: Id | null;
  team_id?: Id | null;
  priority?: number;
}

export function patchConversation(id: Id, change: ConversationChange): Promise<ConversationDetail> {
  return answerOf(
    client.PATCH('/api/conversations/{conversation_id}', {
      params: { path: { conversation_id: id } },
      body: change,
    }),
  );
}

export function putFollower(id: Id, agentId: Id): Promise<ConversationDetail> {
  const path = { conversation_id: id, agent_id: agentId };
  return answerOf(client.PUT('/api/conversations/{conversation_id}/followers/{agent_id}', { params: { path } }));
}

export function deleteFollower(id: Id, agentId: Id): Promise<ConversationDetail> {
  const path = { conversation_id: id, agent_id: agentId };
  return answerOf(client.DELETE('/api/conversations/{conversation_id}/followers/{agent_id}', { params: { path } }));
}

export async function putPin(id: Id): Promise<void> {
  await answerOf(client.PUT('/api/conversations/{conversation_id}/pin', { params: { path: { conversation_id: id } } }));
}

export async function deletePin(id: Id): Promise<void> {
  await answerOf(
    client.DELETE('/api/conversations/{conversation_id}/pin', { params: { path: { conversation_id: id } } }),
  );
}

/** To a person, to a team, or to a person of a team. */
export interface HandOver {
  assignee_id: Id | null;
  team_id: Id | null;
  note: string | null;
  /** Of the note. */
  client_id: Id;
}

export function postHandOver(id: Id, body: HandOver): Promise<ConversationDetail> {
  const params = { path: { conversation_id: id } };
  return answerOf(client.POST('/api/conversations/{conversation_id}/handover', { params, body }));
}

export async function postPresence(id: Id, doing: 'looking' | 'typing' | 'gone'): Promise<void> {
  const params = { path: { conversation_id: id } };
  // Also while the page goes away.
  const more = { params, body: { doing }, keepalive: true };
  await answerOf(client.POST('/api/conversations/{conversation_id}/presence', more));
}

/** Everything from this message of the customer on. */
export async function postUnread(id: Id, messageId: Id): Promise<void> {
  const params = { path: { conversation_id: id } };
  const body = { message_id: messageId };
  await answerOf(client.POST('/api/conversations/{conversation_id}/unread', { params, body }));
}

/** Takes an act back: everything as it was before, except what somebody changed since. */
export function postUndo(id: Id, body: UndoRequest): Promise<Undone> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/undo', { params: { path: { conversation_id: id } }, body }),
  );
}

/** The most urgent conversation that nobody has; null: nobody waits whom this agent may and can serve. */
export async function postTakeNext(key: Id): Promise<ConversationDetail | null> {
  const headers = { 'Idempotency-Key': key };
  return (await answerOf(client.POST('/api/conversations/next', { headers }))).conversation;
}

/** `until` null: until the customer writes. */
export function putSnooze(id: Id, until: Time | null): Promise<ConversationDetail> {
  return answerOf(
    client.PUT('/api/conversations/{conversation_id}/snooze', {
      params: { path: { conversation_id: id } },
      body: { until },
    }),
  );
}

export function deleteSnooze(id: Id): Promise<ConversationDetail> {
  return answerOf(
    client.DELETE('/api/conversations/{conversation_id}/snooze', { params: { path: { conversation_id: id } } }),
  );
}

/** No answer is needed; `putWaiting` takes it back. */
export function deleteWaiting(id: Id): Promise<ConversationDetail> {
  return answerOf(
    client.DELETE('/api/conversations/{conversation_id}/waiting', { params: { path: { conversation_id: id } } }),
  );
}

export function putWaiting(id: Id): Promise<ConversationDetail> {
  return answerOf(
    client.PUT('/api/conversations/{conversation_id}/waiting', { params: { path: { conversation_id: id } } }),
  );
}

export async function postRead(id: Id, incomingCount: number): Promise<void> {
  await answerOf(
    client.POST('/api/conversations/{conversation_id}/read', {
      params: { path: { conversation_id: id } },
      body: { incoming_count: incomingCount, mark_provider: true },
    }),
  );
}

export async function postTyping(id: Id): Promise<void> {
  await answerOf(
    client.POST('/api/conversations/{conversation_id}/typing', { params: { path: { conversation_id: id } } }),
  );
}

export async function fetchAttempts(id: Id): Promise<Attempt[]> {
  return (await answerOf(client.GET('/api/messages/{message_id}/attempts', { params: { path: { message_id: id } } })))
    .items;
}

/** What stood in a message before it was edited, the oldest first. */
export async function fetchHistory(id: Id): Promise<EarlierContent[]> {
  return (await answerOf(client.GET('/api/messages/{message_id}/history', { params: { path: { message_id: id } } })))
    .items;
}

export interface Forwarding {
  conversationId: Id;
  kind: 'reply' | 'note';
  clientId: Id;
  /** One was warned of one text to many, and sends it all the same. */
  isAccepted: boolean;
}

export function postForward(id: Id, { conversationId, kind, clientId, isAccepted }: Forwarding): Promise<Message> {
  return answerOf(
    client.POST('/api/messages/{message_id}/forward', {
      params: { path: { message_id: id } },
      body: {
        conversation_id: conversationId,
        kind,
        client_id: clientId,
        accepted: isAccepted ? ['repeated_text'] : [],
      },
    }),
  );
}

export function fetchForwardTargets(q: string, signal: AbortSignal) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return answerOf(client.GET('/api/forward-targets', { params: { query: { q, zone } }, signal }));
}

export interface TranscriptWish {
  purpose: 'text' | 'pdf';
  withNotes: boolean;
}

/** The whole conversation, as text and as messages; the record tells that it was taken. */
export function postTranscript(
  id: Id,
  { purpose, withNotes }: TranscriptWish,
): Promise<{ messages: Message[]; text: string }> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/transcript', {
      params: { path: { conversation_id: id } },
      body: { purpose, with_notes: withNotes, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    }),
  );
}

export function fetchLinks(id: Id): Promise<ConversationLinks> {
  return answerOf(
    client.GET('/api/conversations/{conversation_id}/links', { params: { path: { conversation_id: id } } }),
  );
}

/** The other is read within this one from now on. */
export function postMerge(id: Id, otherId: Id): Promise<ConversationLinks> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/merges', {
      params: { path: { conversation_id: id } },
      body: { other_id: otherId },
    }),
  );
}

export function deleteMerge(id: Id, otherId: Id): Promise<ConversationLinks> {
  return answerOf(
    client.DELETE('/api/conversations/{conversation_id}/merges/{other_id}', {
      params: { path: { conversation_id: id, other_id: otherId } },
    }),
  );
}

export function postRelation(id: Id, otherId: Id): Promise<ConversationLinks> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/relations', {
      params: { path: { conversation_id: id } },
      body: { other_id: otherId },
    }),
  );
}

export function deleteRelation(id: Id, otherId: Id): Promise<ConversationLinks> {
  return answerOf(
    client.DELETE('/api/conversations/{conversation_id}/relations/{other_id}', {
      params: { path: { conversation_id: id, other_id: otherId } },
    }),
  );
}

export async function fetchTasks(view: 'mine' | 'unowned' | 'all' | 'done'): Promise<Task[]> {
  return (await answerOf(client.GET('/api/tasks', { params: { query: { view } } }))).items;
}

export async function fetchConversationTasks(id: Id): Promise<Task[]> {
  return (
    await answerOf(
      client.GET('/api/conversations/{conversation_id}/tasks', { params: { path: { conversation_id: id } } }),
    )
  ).items;
}

export type TaskChange = Partial<
  Pick<Task, 'title' | 'kind' | 'note' | 'state' | 'owner_id' | 'due_at' | 'remind_at' | 'checklist'>
>;
export type TaskWish = Omit<Required<TaskChange>, 'state'> & { message_ids: Id[] };

export function postTask(conversationId: Id, wish: TaskWish): Promise<Task> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/tasks', {
      params: { path: { conversation_id: conversationId } },
      body: wish,
    }),
  );
}

export function patchTask(id: Id, change: TaskChange): Promise<Task> {
  return answerOf(client.PATCH('/api/tasks/{task_id}', { params: { path: { task_id: id } }, body: change }));
}

export async function fetchTaskPatterns(): Promise<TaskPattern[]> {
  return (await answerOf(client.GET('/api/task-patterns'))).items;
}

export function postCall(id: Id, outcome: CallOutcome, againAt: Time | null): Promise<Task> {
  const body = { outcome, again_at: againAt };
  return answerOf(client.POST('/api/tasks/{task_id}/calls', { params: { path: { task_id: id } }, body }));
}

export function putTaskPattern({ id, ...pattern }: TaskPattern): Promise<TaskPattern> {
  const params = { path: { pattern_id: id } };
  return answerOf(client.PUT('/api/task-patterns/{pattern_id}', { params, body: pattern }));
}

export function postTaskPattern(pattern: Omit<TaskPattern, 'id'>): Promise<TaskPattern> {
  return answerOf(client.POST('/api/task-patterns', { body: pattern }));
}

export async function deleteTaskPattern(id: Id): Promise<void> {
  await answerOf(client.DELETE('/api/task-patterns/{pattern_id}', { params: { path: { pattern_id: id } } }));
}

export async function fetchDiscussions(state: Discussion['state']): Promise<Discussion[]> {
  return (await answerOf(client.GET('/api/discussions', { params: { query: { state } } }))).items;
}

/** What waits for one's word, and what of one's own waits or came back. */
export async function fetchReviews(): Promise<Review[]> {
  return (await answerOf(client.GET('/api/reviews'))).items;
}

export function postResend(id: Id, clientId: Id): Promise<Message> {
  return answerOf(
    client.POST('/api/messages/{message_id}/resend', {
      params: { path: { message_id: id } },
      body: { client_id: clientId },
    }),
  );
}

export function postDiscard(id: Id): Promise<Message> {
  return answerOf(client.POST('/api/messages/{message_id}/discard', { params: { path: { message_id: id } } }));
}

export function postSettle(id: Id): Promise<Message> {
  return answerOf(
    client.POST('/api/messages/{message_id}/settle', {
      params: { path: { message_id: id } },
      body: { as: 'delivered' },
    }),
  );
}

export function putReaction(id: Id, emoji: string): Promise<Message> {
  return answerOf(
    client.PUT('/api/messages/{message_id}/reaction', { params: { path: { message_id: id } }, body: { emoji } }),
  );
}

export async function fetchDrafts(): Promise<ServerDraft[]> {
  return (await answerOf(client.GET('/api/drafts'))).items;
}

/** `ageS`: how long ago it was written. The answer is what stands now. */
export function putServerDraft(
  conversationId: Id,
  mode: ServerDraft['mode'],
  text: string,
  ageS: number,
): Promise<ServerDraft> {
  return answerOf(
    client.PUT('/api/conversations/{conversation_id}/draft', {
      params: { path: { conversation_id: conversationId } },
      body: { mode, text, age_s: ageS },
    }),
  );
}

export async function fetchMentions(): Promise<Id[]> {
  return (await answerOf(client.GET('/api/mentions'))).conversation_ids;
}

export async function postMentionsSeen(conversationId: Id): Promise<void> {
  const path = { conversation_id: conversationId };
  await answerOf(client.POST('/api/conversations/{conversation_id}/mentions/seen', { params: { path } }));
}

export async function fetchContactsLike(search: string, limit: number): Promise<ContactRow[]> {
  return (await answerOf(client.GET('/api/contacts', { params: { query: { search, limit } } }))).items;
}

/** A contact, or a number as it was typed. */
export interface RecipientWish {
  channel_id: Id;
  contact_id?: Id;
  phone?: string;
}

export function postRecipient(wish: RecipientWish): Promise<RecipientFound> {
  return answerOf(client.POST('/api/recipients', { body: wish }));
}

export function postStart(
  wish: RecipientWish & { client_id: Id; content: OutgoingContent },
): Promise<ConversationStarted> {
  return answerOf(client.POST('/api/conversations', { body: { ...wish, content: wireContent(wish.content) } }));
}

export async function fetchPlaces(): Promise<Place[]> {
  return (await answerOf(client.GET('/api/places'))).items;
}

export function postPlace(place: Omit<Place, 'id'>): Promise<Place> {
  return answerOf(client.POST('/api/places', { body: place }));
}

export async function deletePlace(id: Id): Promise<void> {
  await answerOf(client.DELETE('/api/places/{place_id}', { params: { path: { place_id: id } } }));
}

export async function fetchRecentFiles(): Promise<FileRecord[]> {
  return (await answerOf(client.GET('/api/files/recent'))).items;
}

/** The same file, ready to be sent on a channel. */
export function postFileCopy(id: Id, channelId: Id): Promise<FileRecord> {
  return answerOf(
    client.POST('/api/files/{file_id}/copies', {
      params: { path: { file_id: id } },
      body: { channel_id: channelId },
    }),
  );
}

export function putSpokenText(id: Id, body: { text: string; language: string | null }): Promise<Message> {
  return answerOf(client.PUT('/api/messages/{message_id}/spoken-text', { params: { path: { message_id: id } }, body }));
}

export function deleteSpokenText(id: Id): Promise<Message> {
  return answerOf(client.DELETE('/api/messages/{message_id}/spoken-text', { params: { path: { message_id: id } } }));
}

export function postWithdraw(id: Id): Promise<Message> {
  return answerOf(client.POST('/api/messages/{message_id}/withdraw', { params: { path: { message_id: id } } }));
}

export async function fetchScheduled(conversationId: Id): Promise<ScheduledMessage[]> {
  const path = { conversation_id: conversationId };
  return (await answerOf(client.GET('/api/conversations/{conversation_id}/scheduled', { params: { path } }))).items;
}

export interface ScheduledDraft {
  /** What one was warned of and does all the same. */
  accepted: 'repeated_text'[];
  client_id: Id;
  content: OutgoingContent;
  due_at: Time;
  quoted_id: Id | null;
}

export function postScheduled(conversationId: Id, draft: ScheduledDraft): Promise<ScheduledMessage> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/scheduled', {
      params: { path: { conversation_id: conversationId } },
      body: { ...draft, content: wireContent(draft.content) },
    }),
  );
}

export function patchScheduled(id: Id, dueAt: Time): Promise<ScheduledMessage> {
  return answerOf(
    client.PATCH('/api/scheduled/{scheduled_id}', { params: { path: { scheduled_id: id } }, body: { due_at: dueAt } }),
  );
}

export function postCancelScheduled(id: Id): Promise<ScheduledMessage> {
  return answerOf(client.POST('/api/scheduled/{scheduled_id}/cancel', { params: { path: { scheduled_id: id } } }));
}

export function postSendScheduled(id: Id): Promise<Message> {
  return answerOf(client.POST('/api/scheduled/{scheduled_id}/send', { params: { path: { scheduled_id: id } } }));
}

export function fetchContact(id: Id): Promise<Contact> {
  return answerOf(client.GET('/api/contacts/{contact_id}', { params: { path: { contact_id: id } } }));
}

/** What is absent stays; a field null is taken away. */
export interface ContactChange {
  name?: string;
  email?: string;
  locale?: string;
  country?: string;
  time_zone?: string;
  is_vip?: boolean;
  is_muted?: boolean;
  is_blocked?: boolean;
  is_opted_out?: boolean;
  company_id?: Id | null;
  owner_id?: Id | null;
  fields?: Record<Id, FieldValue | null>;
}

export function patchContact(id: Id, change: ContactChange): Promise<Contact> {
  return answerOf(client.PATCH('/api/contacts/{contact_id}', { params: { path: { contact_id: id } }, body: change }));
}

/** What is put on and what is taken off; whatever is not named stays. */
export interface LabelChange {
  add?: Id[];
  remove?: Id[];
}

export async function fetchLabels(): Promise<Label[]> {
  return (await answerOf(client.GET('/api/labels'))).items;
}

export function patchConversationLabels(id: Id, change: LabelChange): Promise<ConversationDetail> {
  return answerOf(
    client.PATCH('/api/conversations/{conversation_id}/labels', {
      params: { path: { conversation_id: id } },
      body: change,
    }),
  );
}

export function patchContactLabels(id: Id, change: LabelChange): Promise<Contact> {
  return answerOf(
    client.PATCH('/api/contacts/{contact_id}/labels', { params: { path: { contact_id: id } }, body: change }),
  );
}

export async function fetchTeams(): Promise<Team[]> {
  return (await answerOf(client.GET('/api/teams'))).items;
}

export async function fetchTemplates(channelId: Id): Promise<TemplateRecord[]> {
  return (await answerOf(client.GET('/api/templates', { params: { query: { channel_id: channelId } } }))).items;
}

export async function fetchFilledReplies(conversationId: Id): Promise<FilledReply[]> {
  const path = { conversation_id: conversationId };
  return (await answerOf(client.GET('/api/conversations/{conversation_id}/saved-replies', { params: { path } }))).items;
}

export async function postReplyUse(id: Id): Promise<void> {
  await answerOf(client.POST('/api/saved-replies/{reply_id}/uses', { params: { path: { reply_id: id } } }));
}
