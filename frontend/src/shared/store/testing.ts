/** Things for tests: a desk that makes rows, messages and frames the way the server does. */
import type { Agent, Changes, Conversation, ConversationRow, EventKind, Id, Message, Time } from '@/shared/api/types';

export const ME = 'agent-me';

export function time(minute: number): Time {
  return new Date(Date.UTC(2026, 10, 24, 8, 0) + minute * 60_000).toISOString();
}

export function makeConversation(id: Id, change: Partial<Conversation> = {}): Conversation {
  return {
    id,
    channel_id: 'channel-a',
    contact: {
      id: `contact-${id}`,
      name: `Customer ${id}`,
      is_vip: false,
      is_blocked: false,
      is_opted_out: false,
      time_zone: '',
    },
    state: 'open',
    snoozed_until: null,
    assignee_id: null,
    team_id: null,
    priority: 0,
    last_message: null,
    last_activity_at: time(0),
    waiting_since: null,
    window_closes_at: time(600),
    due_at: null,
    deadlines: [],
    incoming_count: 0,
    read_count: 0,
    last_seq: 0,
    has_failed: false,
    woken_at: null,
    woken_reason: '',
    stage: null,
    bot: null,
    is_unreachable: false,
    paused_at: null,
    scheduled_count: 0,
    held_count: 0,
    address_display: '',
    label_ids: [],
    follower_ids: [],
    ...change,
  };
}

export function makeMessage(id: Id, conversationId: Id, minute: number, change: Partial<Message> = {}): Message {
  return {
    id,
    conversation_id: conversationId,
    seq: minute,
    direction: 'incoming',
    author: { kind: 'contact', id: null },
    content: { kind: 'text', text: id },
    quoted: null,
    reactions: [],
    at: time(minute),
    created_at: time(minute),
    written_at: null,
    status: null,
    is_uncertain: false,
    failure: null,
    automatic: null,
    copies: 0,
    client_id: null,
    edited_at: null,
    deleted_at: null,
    files: {},
    ...change,
  };
}

export function makeAgent(id: Id, change: Partial<Agent> = {}): Agent {
  return {
    id,
    name: id,
    email: `${id}@example.org`,
    role: 'agent',
    role_id: null,
    sees: 'all',
    channel_ids: null,
    is_active: true,
    is_novice: false,
    availability: 'online',
    away_reason: '',
    available_since: null,
    created_at: time(0),
    ...change,
  };
}

export function asRow(conversation: Conversation): ConversationRow {
  const { read_count: _readCount, ...row } = conversation;
  return row;
}

export function makeChanges(position: number, kind: EventKind, change: Partial<Changes> = {}, data = {}): Changes {
  const conversationId = change.conversations?.[0]?.id ?? change.messages?.[0]?.conversation_id;
  return {
    position,
    events: [
      {
        seq: position,
        kind,
        at: time(0),
        conversation_id: conversationId,
        message_id: change.messages?.[0]?.id,
        data,
      },
    ],
    ...change,
  };
}
