/** Every address of the app: patterns for the router, typed functions that make links. Imports nothing. */

export const VIEWS = [
  'mine',
  'followed',
  'unassigned',
  'waiting',
  'open',
  'all',
  'mentions',
  'snoozed',
  'drafts',
  'scheduled',
  'held',
  'failed',
  'resolved',
] as const;
export type ViewName = (typeof VIEWS)[number];

/** A list of conversations: a fixed view, all open ones of a channel, a saved view, or what a filter of now finds. */
export type View = ViewName | `channel-${string}` | `saved-${string}` | `team-${string}` | 'filter';

export const patterns = {
  signIn: '/signin',
  setup: '/setup',
  invitation: '/invitation',
  contacts: '/contacts/*?',
  companies: '/companies/*?',
  settings: '/settings/*?',
  board: '/board/:view?',
  tasks: '/tasks',
  live: '/live',
  discussions: '/discussions',
  reviews: '/reviews',
  finish: '/finish/:agentId?',
  absent: '/absent',
  practice: '/practice/:channelId',
  search: '/search',
  inbox: '/inbox/:view?/:conversationId?',
} as const;

export const paths = {
  signIn: () => '/signin',
  setup: (token: string) => `/setup?token=${encodeURIComponent(token)}`,
  invitation: (token: string) => `/invitation?token=${encodeURIComponent(token)}`,
  /** The list; a contact; or another page of contacts. */
  contacts: (rest = '') => (rest ? `/contacts/${rest}` : '/contacts'),
  /** The list, or a company. */
  companies: (id = '') => (id ? `/companies/${id}` : '/companies'),
  board: (view?: View) => (view === undefined ? '/board' : `/board/${view}`),
  tasks: () => '/tasks',
  live: () => '/live',
  discussions: () => '/discussions',
  reviews: () => '/reviews',
  /** One's own shift, a colleague's, or the end of their time here. */
  finish: (agentId?: string, isGoing = false) =>
    agentId === undefined ? '/finish' : `/finish/${agentId}${isGoing ? '?gone' : ''}`,
  absent: () => '/absent',
  discussion: (conversationId: string, id: string, view: View = 'open') =>
    `/inbox/${view}/${conversationId}?discussion=${id}`,
  settings: (section = '') => (section ? `/settings/${section}` : '/settings'),
  practice: (channelId: string) => `/practice/${channelId}`,
  search: (q: string, among = 'messages') => `/search?${new URLSearchParams({ q, among }).toString()}`,
  message: (conversationId: string, messageId: string) => `/inbox/open/${conversationId}?message=${messageId}`,
  /** Without a view: where the agent wants it to open. */
  inbox: (view?: View, conversationId?: string) =>
    view === undefined ? '/inbox' : conversationId ? `/inbox/${view}/${conversationId}` : `/inbox/${view}`,
};

export function isViewName(text: string): text is ViewName {
  return (VIEWS as readonly string[]).includes(text);
}

/** What stands in the address → a view; anything unknown is all open conversations. */
export function parseView(text: string | undefined): View {
  if (text === undefined) return 'open';
  if (isViewName(text)) return text;
  const isNamed = text.startsWith('channel-') || text.startsWith('saved-') || teamViewOf(text as View) !== null;
  return text === 'filter' || isNamed ? (text as View) : 'open';
}

export const TEAM_VIEWS = ['waiting', 'unassigned', 'open'] as const;
export type TeamView = (typeof TEAM_VIEWS)[number];

export function teamView(teamId: string, view: TeamView): View {
  return `team-${teamId}-${view}`;
}

/** The team of a view and what of it; null for another view. */
export function teamViewOf(view: View): { readonly teamId: string; readonly of: TeamView } | null {
  const match = /^team-(.+)-(waiting|unassigned|open)$/.exec(view);
  return match ? { teamId: match[1] ?? '', of: match[2] as TeamView } : null;
}
