/** The requests of the working screens, one function each. */
import { request } from './http';
import type {
  Agent,
  Channel,
  Contact,
  Conversation,
  ConversationDetail,
  ConversationState,
  Id,
  Message,
  Page,
  TemplateRecord,
  ViewCounts,
} from './types';

export interface ConversationQuery {
  view: string;
  channelId?: Id | null;
  order?: 'newest' | 'oldest' | 'waiting';
  after?: string | null;
  limit?: number;
}

export function fetchConversations(query: ConversationQuery): Promise<Page<Conversation>> {
  return request('GET', '/api/conversations', {
    query: {
      view: query.view,
      channel_id: query.channelId,
      order: query.order,
      after: query.after,
      limit: query.limit ?? 50,
    },
  });
}

export function fetchCounts(): Promise<ViewCounts> {
  return request('GET', '/api/views');
}

export async function fetchChannels(): Promise<Channel[]> {
  return (await request<{ items: Channel[] }>('GET', '/api/channels')).items;
}

export async function fetchAgents(): Promise<Agent[]> {
  return (await request<{ items: Agent[] }>('GET', '/api/agents')).items;
}

export function fetchConversation(id: Id): Promise<ConversationDetail> {
  return request('GET', `/api/conversations/${id}`);
}

export function fetchMessages(conversationId: Id, before: string | null, limit = 50): Promise<Page<Message>> {
  return request('GET', `/api/conversations/${conversationId}/messages`, { query: { before, limit } });
}

export function patchConversation(
  id: Id,
  change: { state?: ConversationState; assignee_id?: Id | null },
): Promise<ConversationDetail> {
  return request('PATCH', `/api/conversations/${id}`, { body: change });
}

export function postRead(id: Id, incomingCount: number): Promise<void> {
  return request('POST', `/api/conversations/${id}/read`, {
    body: { incoming_count: incomingCount, mark_provider: true },
  });
}

export function postTyping(id: Id): Promise<void> {
  return request('POST', `/api/conversations/${id}/typing`);
}

export function postResend(id: Id, clientId: Id): Promise<Message> {
  return request('POST', `/api/messages/${id}/resend`, { body: { client_id: clientId } });
}

export function postDiscard(id: Id): Promise<Message> {
  return request('POST', `/api/messages/${id}/discard`);
}

export function postSettle(id: Id): Promise<Message> {
  return request('POST', `/api/messages/${id}/settle`, { body: { as: 'delivered' } });
}

export function putReaction(id: Id, emoji: string): Promise<Message> {
  return request('PUT', `/api/messages/${id}/reaction`, { body: { emoji } });
}

export function fetchContact(id: Id): Promise<Contact> {
  return request('GET', `/api/contacts/${id}`);
}

export function patchContact(id: Id, name: string): Promise<Contact> {
  return request('PATCH', `/api/contacts/${id}`, { body: { name } });
}

export async function fetchTemplates(channelId: Id): Promise<TemplateRecord[]> {
  return (await request<{ items: TemplateRecord[] }>('GET', '/api/templates', { query: { channel_id: channelId } }))
    .items;
}
