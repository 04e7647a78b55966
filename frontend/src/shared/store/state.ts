/** What the browser knows of the workspace: normalised maps by id, small ordered lists of ids, and how fresh they are. */
import type {
  Agent,
  Channel,
  Contact,
  Content,
  Conversation,
  Count,
  Discussion,
  FileRecord,
  Filter,
  Id,
  Label,
  ListView as ServerView,
  Message,
  OutgoingContent,
  PresentAgent,
  Quoted,
  Review,
  SavedView,
  Sorting,
  TeamCounts,
  Team,
  Time,
  ReplyUse,
} from '@/shared/api/types';

/** `found`: what a filter finds. Only the server knows which rows that are. */
export type ListView = ServerView | 'found';
export type ListOrder = Sorting;

export interface ListQuery {
  view: ListView;
  order: ListOrder;
  channelId: Id | null;
  /** Of a `found` list. */
  filter?: Filter;
}

/** One list as far as it was loaded. Rows that sort behind `boundary` are left to the next page. */
export interface ListState {
  query: ListQuery;
  ids: readonly Id[];
  next: string | null;
  /** A time; of an order by priority with that before it. */
  boundary: string | null;
  isLoaded: boolean;
  epoch: number;
  /** Something changed that may have brought rows in or taken them out: ask again. */
  isStale: boolean;
  /** Where the server put those who wait, in an order that only it knows (triage). */
  ranks: ReadonlyMap<Id, number>;
}

/** One thread as far as it was loaded: ids in the order of the screen, the newest last. */
export interface ThreadState {
  ids: readonly Id[];
  next: string | null;
  /** Where it goes on towards the end, while one reads in the middle of it; null or absent: it reaches to the end. */
  newer?: string | null;
  /** The conversation before this one on the same channel; null: there is none; absent: nobody has asked yet. */
  earlier?: Id | null;
  isLoaded: boolean;
  epoch: number;
}

export interface Counts {
  views: Readonly<Record<string, Count>>;
  channels: Readonly<Record<Id, Count>>;
  longestWaitingSince: Time | null;
  position: number;
  /** A change came whose effect on the counts cannot be known here: ask again. */
  isStale: boolean;
}

export type ReplyMode = 'reply' | 'note';

/** A message that only this browser knows. */
export interface Unsent {
  clientId: Id;
  conversationId: Id;
  mode: ReplyMode;
  content:
    | OutgoingContent
    | { kind: 'media'; media: Extract<Content, { kind: 'media' }>['media']; caption: string; is_voice?: boolean };
  quoted: Quoted | null;
  createdAt: Time;
  /** The file that goes up first; absent if the content names a stored one. */
  file: { blob: Blob; name: string; mime: string } | null;
  state: 'waiting' | 'uploading' | 'sending' | 'refused';
  /** 0…1 while uploading. */
  progress: number;
  /** Why the server refused, in words. */
  reason: string;
  /** It was refused because of colleagues whom it names and who do not see the conversation: the writer is asked. */
  unseen?: { readonly names: string; readonly agentIds: readonly Id[]; readonly canBeAsked: boolean } | null;
  /** The server warned of one text to many; the writer is asked. */
  isWarned?: boolean;
  /** The writer sends it all the same. */
  isAccepted?: boolean;
  /** Of those: who is asked in, and who stays outside. */
  guestIds?: readonly Id[];
  untoldIds?: readonly Id[];
}

export interface Draft {
  conversationId: Id;
  mode: ReplyMode;
  text: string;
  at: Time;
  /** The saved replies it was begun with, until it is empty. */
  uses?: readonly ReplyUse[];
  /** The server has it as it stands here. */
  isSaved?: boolean;
}

export interface State {
  /** Events up to here are in. */
  position: number;
  /** Raised at every resync: what was loaded before is loaded again. */
  epoch: number;
  me: Id;
  conversations: ReadonlyMap<Id, Conversation>;
  messages: ReadonlyMap<Id, Message>;
  contacts: ReadonlyMap<Id, Contact>;
  channels: ReadonlyMap<Id, Channel>;
  agents: ReadonlyMap<Id, Agent>;
  labels: ReadonlyMap<Id, Label>;
  areLabelsLoaded: boolean;
  teams: ReadonlyMap<Id, Team>;
  areTeamsLoaded: boolean;
  /** The conversation that is open on this page. */
  opened: Id | null;
  /** Open ones that left this agent's sight: they stay readable until they are closed. */
  taken: ReadonlySet<Id>;
  /** Who has which conversation before them, this agent too; what is not here has nobody. */
  presence: ReadonlyMap<Id, readonly PresentAgent[]>;
  /** What this agent keeps on top of their lists, the one pinned last first. */
  pins: readonly Id[];
  threads: ReadonlyMap<Id, ThreadState>;
  lists: ReadonlyMap<string, ListState>;
  counts: Counts | null;
  savedViews: readonly SavedView[];
  /** Figures of saved views, and up to where they count. */
  savedCounts: {
    readonly byId: Readonly<Record<Id, Count>>;
    /** Of one's own teams. */
    readonly teams: Readonly<Record<Id, TeamCounts>>;
    readonly position: number;
  } | null;
  /** The position at which a conversation or message was learnt: older knowledge never replaces newer. */
  learnt: ReadonlyMap<Id, number>;
  /** Conversations that a frame named without their own agent's part: to be fetched. */
  missing: ReadonlySet<Id>;
  unsent: ReadonlyMap<Id, Unsent>;
  drafts: ReadonlyMap<string, Draft>;
  /** Raised when templates changed. */
  templateEpoch: number;
  /** Raised when labels were made, changed or deleted. */
  labelEpoch: number;
  /** Raised when tasks were made or changed. */
  taskEpoch: number;
  /** Raised when conversations were merged, linked or taken apart. */
  linkEpoch: number;
  /** Conversation → those that are read within it, where that is known. */
  merged: ReadonlyMap<Id, readonly Id[]>;
  /** Raised when teams were made, changed or deleted. */
  teamEpoch: number;
  /** Raised when this agent's pins changed, here or on another device. */
  pinEpoch: number;
  /** Raised when fields of one's own were made, changed or deleted. */
  fieldEpoch: number;
  /** Raised when a company was made, changed or deleted, or somebody came to it or left it. */
  companyEpoch: number;
  /** Goes up with every contact that changed, for screens that list many. */
  contactEpoch: number;
  /** Raised when a field of some conversation was filled in. */
  valueEpoch: number;
  /** Raised when saved views were made, changed or deleted. */
  savedViewEpoch: number;
  files: ReadonlyMap<Id, FileRecord>;
  /** Conversations in which one was named and has not looked since. */
  mentions: ReadonlySet<Id>;
  /** Raised when that may have changed elsewhere; likewise for one's drafts. */
  mentionEpoch: number;
  draftEpoch: number;
  /** The open discussions one is in, the newest note first. */
  discussions: readonly Discussion[];
  /** Raised when something happened in one of them. */
  discussionEpoch: number;
  /** What waits for this agent's word, and what of theirs waits or came back. */
  reviews: readonly Review[];
  /** Raised when something happened to one of them. */
  reviewEpoch: number;
  /** Raised when scheduled messages were made, changed, sent or held. */
  scheduledEpoch: number;
}

export const EMPTY: State = {
  position: 0,
  epoch: 0,
  me: '',
  conversations: new Map(),
  messages: new Map(),
  contacts: new Map(),
  channels: new Map(),
  agents: new Map(),
  labels: new Map(),
  areLabelsLoaded: false,
  teams: new Map(),
  areTeamsLoaded: false,
  opened: null,
  taken: new Set(),
  presence: new Map(),
  pins: [],
  threads: new Map(),
  lists: new Map(),
  counts: null,
  savedViews: [],
  savedCounts: null,
  learnt: new Map(),
  missing: new Set(),
  unsent: new Map(),
  drafts: new Map(),
  templateEpoch: 0,
  labelEpoch: 0,
  taskEpoch: 0,
  linkEpoch: 0,
  merged: new Map(),
  teamEpoch: 0,
  pinEpoch: 0,
  fieldEpoch: 0,
  companyEpoch: 0,
  contactEpoch: 0,
  valueEpoch: 0,
  savedViewEpoch: 0,
  files: new Map(),
  mentions: new Set(),
  mentionEpoch: 0,
  draftEpoch: 0,
  discussions: [],
  discussionEpoch: 0,
  reviews: [],
  reviewEpoch: 0,
  scheduledEpoch: 0,
};

export function listKey(query: ListQuery): string {
  const filter = query.filter === undefined ? '' : JSON.stringify(query.filter);
  return `${query.view} ${query.order} ${query.channelId ?? ''}${filter}`;
}

export function draftKey(conversationId: Id, mode: ReplyMode): string {
  return `${conversationId} ${mode}`;
}
