/** Every address of the app in one place: patterns for the router, typed functions that make links, lazy screens. */
import { createElement, lazy, type ComponentType } from 'react';

export const VIEWS = ['mine', 'unassigned', 'waiting', 'open', 'failed', 'resolved'] as const;
export type ViewName = (typeof VIEWS)[number];

/** A list of conversations: one of the fixed views, or all open conversations of one channel. */
export type View = ViewName | `channel-${string}`;

export const patterns = {
  signIn: '/signin',
  setup: '/setup',
  invitation: '/invitation',
  settings: '/settings/*?',
  practice: '/practice/:channelId',
  inbox: '/inbox/:view?/:conversationId?',
} as const;

export const paths = {
  signIn: () => '/signin',
  setup: (token: string) => `/setup?token=${encodeURIComponent(token)}`,
  invitation: (token: string) => `/invitation?token=${encodeURIComponent(token)}`,
  settings: (section = '') => (section ? `/settings/${section}` : '/settings'),
  practice: (channelId: string) => `/practice/${channelId}`,
  inbox: (view: View = 'open', conversationId?: string) =>
    conversationId ? `/inbox/${view}/${conversationId}` : `/inbox/${view}`,
};

export const importSettings = () => import('./settings/Settings');
/** The open conversation: not needed for the list, fetched while the list is looked at. */
export const importConversation = () => import('./thread/Conversation');

export const screens = {
  SignIn: lazy(() => import('./signin/SignIn')),
  Setup: withQueries(() => import('./setup/Setup')),
  Invitation: withQueries(() => import('./setup/Invitation')),
  Settings: withQueries(importSettings),
  Thread: lazy(async () => ({ default: (await importConversation()).Thread })),
  ContactPanel: lazy(async () => ({ default: (await importConversation()).ContactPanel })),
  /** The practice phone in the place of the context; props: `channelId`, `onClose`. */
  Practice: withQueries(() => import('./practice/Practice')),
  /** The phone on a page of its own, for a second window or a real phone. */
  PracticePage: withQueries(() => import('./practice/PracticePage')),
};

/** A screen that asks the server through TanStack Query, which only such screens load. */
function withQueries<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  return lazy(async () => {
    const [{ default: Screen }, { Queries }] = await Promise.all([load(), import('./queries')]);
    return { default: (props: P) => createElement(Queries, null, createElement(Screen, props)) };
  });
}

export function isViewName(text: string): text is ViewName {
  return (VIEWS as readonly string[]).includes(text);
}

/** What stands in the address → a view; anything unknown is all open conversations. */
export function parseView(text: string | undefined): View {
  if (text === undefined) return 'open';
  if (isViewName(text)) return text;
  return text.startsWith('channel-') ? (text as View) : 'open';
}
