/** The server's types by their short names. */

export type Id = string;
/** RFC 3339, UTC. */
export type Time = string;

export type ConversationState = 'open' | 'pending' | 'snoozed' | 'resolved';
export type Direction = 'incoming' | 'outgoing' | 'note' | 'line';
export type AuthorKind = 'contact' | 'agent' | 'flow' | 'system' | 'phone_app';
export type Status = 'queued' | 'sending' | 'sent' | 'failed' | 'delivered' | 'read' | 'played';
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

export interface LastMessage {
  id: Id;
  seq: number;
  direction: Direction;
  kind: string;
  preview: string;
  author_id: Id | null;
  at: Time;
  status: Status | null;
  is_uncertain: boolean;
}

/** As the feed sends it: without what belongs to one agent. */
export interface ConversationRow {
  id: Id;
  channel_id: Id;
  contact: { id: Id; name: string };
  state: ConversationState;
  assignee_id: Id | null;
  last_message: LastMessage | null;
  last_activity_at: Time;
  waiting_since: Time | null;
  window_closes_at: Time | null;
  incoming_count: number;
  last_seq: number;
  has_failed: boolean;
  address_display: string;
}

export interface Conversation extends ConversationRow {
  read_count: number;
}

export interface FileRecord {
  id: Id;
  mime: string;
  name: string;
  size_bytes: number;
  state: 'pending' | 'ready' | 'failed' | 'refused';
  url: string;
  width?: number | null;
  height?: number | null;
  duration_s?: number | null;
}

export interface Choice {
  id: string;
  title: string;
  description?: string;
}

export interface CardLine {
  value: string;
  label?: string;
}

export interface ContactCard {
  name: string;
  first_name?: string;
  last_name?: string;
  organisation?: string;
  title?: string;
  birthday?: string;
  phones?: { phone: string; label?: string; address_value?: string }[];
  emails?: CardLine[];
  urls?: CardLine[];
  addresses?: CardLine[];
}

export interface TemplateValue {
  name: string;
  value: string;
}

export type TextContent = { kind: 'text'; text: string; has_preview?: boolean };
export type MediaContent = {
  kind: 'media';
  media: MediaKind;
  file_id: Id;
  caption?: string;
  file_name?: string;
  is_voice?: boolean;
  is_animated?: boolean;
};
export type LocationContent = {
  kind: 'location';
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
  url?: string;
};
export type ContactsContent = { kind: 'contacts'; cards: ContactCard[] };
export type ChoiceContent = { kind: 'choice'; source: 'button' | 'list' | 'template'; choice: Choice };
export type ButtonsContent = { kind: 'buttons'; text: string; buttons: Choice[]; header?: string; footer?: string };
export type ListContent = {
  kind: 'list';
  text: string;
  button: string;
  sections: { title: string; choices: Choice[] }[];
  header?: string;
  footer?: string;
};
export type LinkButtonContent = {
  kind: 'link_button';
  text: string;
  title: string;
  url: string;
  header?: string;
  footer?: string;
};
export type RequestContent = { kind: 'request'; asks_for: 'location' | 'contact' | 'call_permission'; text: string };
export type OrderItem = { product_id: string; quantity: number; price?: string; currency?: string };
export type OrderContent = { kind: 'order'; catalog_id: string; items: OrderItem[]; text?: string };
export type FormAnswerContent = { kind: 'form_answer'; form: string; text?: string; answers?: Record<string, string> };
export type TemplateContent = {
  kind: 'template';
  name: string;
  language: string;
  text?: string;
  category?: string;
  header_values?: TemplateValue[];
  body_values?: TemplateValue[];
  button_values?: TemplateValue[];
  header_file_id?: Id | null;
};
export type ProductContent = {
  kind: 'product';
  catalog_id: string;
  product_ids: string[];
  text?: string;
  header?: string;
  footer?: string;
};
export type NativeContent = { kind: 'native'; type: string; json: string; text?: string };
export type CallContent = {
  kind: 'call';
  outcome: 'missed' | 'answered' | 'rejected' | 'failed';
  duration_s?: number;
  by_customer?: boolean;
};
export type LineContent = { kind: 'line'; what: string; data?: Record<string, string> };
export type UnsupportedContent = { kind: 'unsupported'; type: string; code?: string; text?: string };

export type Content =
  | TextContent
  | MediaContent
  | LocationContent
  | ContactsContent
  | ChoiceContent
  | ButtonsContent
  | ListContent
  | LinkButtonContent
  | RequestContent
  | OrderContent
  | FormAnswerContent
  | TemplateContent
  | ProductContent
  | NativeContent
  | CallContent
  | LineContent
  | UnsupportedContent;

export type OutgoingContent = TextContent | MediaContent | TemplateContent;

export interface Quoted {
  message_id: Id | null;
  preview: string;
  author_kind: AuthorKind | null;
}

export interface Reaction {
  by: 'contact' | 'agent' | 'phone_app';
  id: Id | null;
  emoji: string;
}

export interface Failure {
  code: string;
  text: string;
  help: 'template' | 'resend' | null;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  seq: number;
  direction: Direction;
  author: { kind: AuthorKind; id: Id | null };
  content: Content;
  quoted: Quoted | null;
  reactions: Reaction[];
  at: Time;
  created_at: Time;
  written_at: Time | null;
  status: Status | null;
  is_uncertain: boolean;
  failure: Failure | null;
  copies: number;
  client_id: Id | null;
  edited_at: Time | null;
  deleted_at: Time | null;
  files: Record<Id, FileRecord>;
}

export interface Address {
  id: Id;
  scheme: string;
  scope: string;
  value: string;
  display: string;
}

export interface EarlierConversation {
  id: Id;
  channel_id: Id;
  state: ConversationState;
  last_activity_at: Time;
  preview: string;
}

export interface Contact {
  id: Id;
  name: string;
  locale: string | null;
  created_at: Time;
  addresses: Address[];
  conversations: EarlierConversation[];
}

export interface MediaLimit {
  mimes: string[];
  size_bytes: number;
}

export interface Capabilities {
  text_length: number;
  caption_length: number;
  /** Null if the channel knows no window. */
  window: number | string | null;
  media: Partial<Record<MediaKind, MediaLimit>>;
  content_kinds: string[];
  has_templates: boolean;
  has_quotes: boolean;
  has_reactions: boolean;
  has_typing: boolean;
  has_read_marks: boolean;
}

export interface Channel {
  id: Id;
  type: string;
  name: string;
  display_address: string;
  state: 'connected' | 'paused' | 'disconnected';
  health: { state?: string; quality?: string; last_error?: string | null; last_delivery_at?: Time | null };
  is_practice: boolean;
  capabilities: Capabilities;
}

export interface Agent {
  id: Id;
  name: string;
  email: string;
  role: 'admin' | 'supervisor' | 'agent';
  is_active: boolean;
}

export interface TemplateRecord {
  id: Id;
  name: string;
  language: string;
  category: string;
  status: string;
  components: unknown;
  variables: unknown[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
  position: number;
}

/** A conversation alone comes with its contact whole. */
export interface ConversationDetail extends Conversation {
  contact: Contact;
}

export interface Count {
  total: number | null;
  /** There is at least one more than `total`. */
  is_more?: boolean;
  waiting: number;
}

export interface ViewCounts {
  views: Record<string, Count>;
  channels: Record<Id, Count>;
  longest_waiting_since: Time | null;
  position: number;
}

export type EventKind =
  | 'conversation_started'
  | 'conversation_changed'
  | 'conversation_read'
  | 'message_received'
  | 'message_queued'
  | 'message_status_changed'
  | 'message_edited'
  | 'message_deleted'
  | 'note_added'
  | 'reaction_changed'
  | 'contact_changed'
  | 'file_changed'
  | 'channel_changed'
  | 'template_changed'
  | 'agent_changed'
  | 'workspace_changed'
  | 'answer_decided'
  | 'signed_in'
  | 'sign_in_failed'
  | 'signed_out'
  | 'session_revoked'
  | 'password_changed'
  | 'invitation_created'
  | 'invitation_revoked'
  | 'invitation_used'
  | 'token_created'
  | 'token_revoked'
  | 'channel_connected'
  | 'channel_disconnected'
  | 'sending_paused'
  | 'sending_resumed'
  | 'delivery_unroutable'
  | 'item_failed'
  | 'configuration_applied';

export interface FeedEvent {
  seq: number;
  kind: EventKind;
  at: Time;
  conversation_id?: Id | null;
  message_id?: Id | null;
  contact_id?: Id | null;
  agent_id?: Id | null;
  channel_id?: Id | null;
  data?: Record<string, string | number | boolean | null>;
  /** The conversation has left the sight of this agent: forget it. */
  is_hidden?: boolean;
}

/** What changed up to `position`: the events, and the things they touched as they are now. */
export interface Changes {
  position: number;
  events: FeedEvent[];
  conversations?: ConversationRow[];
  messages?: Message[];
  contacts?: Contact[];
  channels?: Channel[];
  agents?: Agent[];
  files?: FileRecord[];
}

export type ServerFrame =
  | { kind: 'hello'; position: number }
  | ({ kind: 'changes' } & Changes)
  | { kind: 'resync' }
  | { kind: 'pong' }
  | { kind: 'signed_out' };
