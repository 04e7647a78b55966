/** The server's types by their short names. They come from its OpenAPI document; nothing is written by hand. */
import type { components } from '../schema';

type Schemas = components['schemas'];

export type Id = string;
/** RFC 3339, UTC. */
export type Time = string;

/** As the feed sends it: without what belongs to one agent. */
export type ConversationRow = Omit<Schemas['Conversation'], 'read_count'>;
/** As it is fetched: always with how much the one who asks has read. */
export type Conversation = ConversationRow & { read_count: number };
/** A conversation alone comes with its contact whole. */
export type ConversationDetail = Schemas['ConversationDetail'];
export type ConversationState = Schemas['ConversationState'];
/** Both ends of an act that is taken back. */
export type UndoRequest = Schemas['Undo'];
export type Undone = Schemas['Undone'];
export type OpenState = Schemas['OpenState'];
export type OpenStates = Schemas['OpenStates'];
export type RotaNow = Schemas['RotaNow'];
export type Stage = Schemas['Stage'];
export type LastMessage = Schemas['LastMessage'];
export type Deadline = Schemas['ShownDeadline'];
export type EarlierConversation = Schemas['EarlierConversation'];

export type Message = Schemas['Message'];
/** A chat to send a message on to, with what would refuse it. */
export type ForwardTarget = Schemas['ForwardTarget'];
export type Direction = Message['direction'];
export type AuthorKind = Schemas['Author']['kind'];
export type Status = NonNullable<Message['status']>;
export type Quoted = Schemas['Quoted'];
export type Reaction = Schemas['Reaction'];
export type Failure = Schemas['Failure'];
export type Attempt = Schemas['Attempt'];
export type EarlierContent = Schemas['EarlierContent'];
export type FileRecord = Schemas['File'];

export type Content = Message['content'];
export type MediaContent = Schemas['Media'];
export type MediaKind = MediaContent['media'];
export type LocationContent = Schemas['Location'];
export type ContactsContent = Schemas['Contacts'];
export type ContactCard = Schemas['ContactCard'];
export type Choice = Schemas['Choice'];
export type TemplateContent = Schemas['threadline.core.content.Template'];
export type TemplateValue = Schemas['TemplateValue'];
/** What an agent sends from these screens. */
export type OutgoingContent = Schemas['Text'] | MediaContent | TemplateContent | LocationContent | ContactsContent;
export type Place = Schemas['Place'];

export type Contact = Schemas['Contact'];
export type Address = Schemas['Address'];
export type ContactRow = Schemas['ContactRow'];
export type ContactNote = Schemas['ContactNote'];

export type Field = Schemas['Field'];
export type FieldOption = Schemas['FieldOption'];
export type FieldType = Field['type'];
export type FieldOwner = Field['owner'];
/** Of a field: what its type has. */
export type FieldValue = string | number | boolean | string[];
export type FieldValues = Readonly<Record<Id, FieldValue>>;

export type Label = Schemas['Label'];
export type LabelKind = Label['kind'];
export type PresentAgent = Schemas['PresentAgent'];
export type Team = Schemas['Team'];
export type LabelColour = Label['colour'];

/** The server always says all of them. */
export type Preferences = Required<Omit<Schemas['Preferences'], 'ways'>> & { ways: Required<Schemas['Ways']> };

export type Notification = Schemas['Notification'];
export type NotificationPage = Schemas['NotificationPage'];

export type Channel = Schemas['Channel'];
export type Capabilities = Schemas['Capabilities'];
export type MediaLimit = Schemas['MediaLimit'];
export type Agent = Schemas['Agent'];
export type TemplateRecord = Schemas['threadline.store.templates.Template'];

export type ServerDraft = Schemas['Draft'];
export type Mention = Schemas['Mention'];
export type RecipientFound = Schemas['RecipientFound'];
export type ConversationStarted = Schemas['ConversationStarted'];
export type ScheduledMessage = Schemas['ScheduledMessage'];

export type ConversationLinks = Schemas['ConversationLinks'];
export type Task = Schemas['Task'];
export type Step = Schemas['Step'];
export type TaskPattern = Schemas['TaskPattern'];
export type Discussion = Schemas['Discussion'];
export type DiscussionNote = Schemas['DiscussionNote'];
export type Review = Schemas['Review'];
export type DiscussionThread = Schemas['DiscussionThread'];

export type FilledReply = Schemas['FilledReply'];
export type CallOutcome = Schemas['CallOutcome'];
export type FilledPiece = Schemas['FilledPiece'];
export type FilledWording = Schemas['FilledWording'];
export type FilledVariant = Schemas['FilledVariant'];
/** That a text was begun with a saved reply, and with which of its variants. */
export type ReplyUse = Schemas['ReplyUse'];
export type ReplyVariable = Schemas['ReplyVariable'];

export type Filter = Schemas['GroupInput'];
export type FilterCondition = Schemas['ConditionInput'];
export type FilterOperator = Schemas['Operator'];
export type FilterField = Schemas['FilterField'];
export type SavedView = Omit<Schemas['SavedView'], 'filter'> & { filter: Filter };
export type TeamCounts = Schemas['TeamCounts'];
export type SavedViewCounts = Schemas['SavedViewCounts'];
export type Sorting = Schemas['Sorting'];
export type BulkChange = Schemas['BulkChange'];
export type RefusedOne = Schemas['RefusedOne'];
export type EditContactsInput = Schemas['EditContactsInput'];
export type BulkInput = Schemas['BulkInput'];
export type Audience = SavedView['audience'];

/** The fixed views of the server. */
export type ListView =
  | 'mine'
  | 'followed'
  | 'unassigned'
  | 'waiting'
  | 'open'
  | 'all'
  | 'mentions'
  | 'snoozed'
  | 'drafts'
  | 'scheduled'
  | 'held'
  | 'failed'
  | 'resolved';

export type Count = Schemas['ViewCount'];
export type ViewCounts = Schemas['ViewCounts'];

export interface Page<T> {
  items: T[];
  next: string | null;
  position: number;
}

export type EventKind = Schemas['EventKind'];
export type FeedEvent = Schemas['FeedEvent'];
export type PresenceFrame = Schemas['PresenceFrame'];
export type ServerFrame = Schemas['ServerFrame'];
/** How everything stands now, as the live screen is told it. */
export type Live = Schemas['Live'];
export type LiveGroup = Schemas['LiveGroup'];
export type LiveAgent = Schemas['LiveAgent'];
export type AgentLoad = Schemas['AgentLoad'];
export type LiveServerFrame = Schemas['LiveServerFrame'];
/** What changed up to `position`: the events, and the things they touched as they are now. */
export type Changes = Pick<Schemas['EventPage'], 'position' | 'events'> & Partial<Schemas['EventPage']>;
