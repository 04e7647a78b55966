/** The screens behind the addresses of paths.ts, each loaded when it is first shown. */
import { lazy, type ComponentType } from 'react';

export const importSettings = () => import('./settings/Settings');
export const importContacts = () => import('./contacts/Contacts');
/** The open conversation: not needed for the list, fetched while the list is looked at. */
export const importConversation = () => import('./thread/Conversation');

export const screens = {
  SignIn: lazy(() => import('./signin/SignIn')),
  Setup: withQueries(() => import('./setup/Setup')),
  Invitation: withQueries(() => import('./setup/Invitation')),
  Settings: withQueries(importSettings),
  Contacts: withQueries(importContacts),
  SearchPage: withQueries(() => import('./search/SearchPage')),
  Thread: lazy(async () => ({ default: (await importConversation()).Thread })),
  Peek: lazy(async () => ({ default: (await importConversation()).Peek })),
  ContactPanel: lazy(async () => ({ default: (await importConversation()).ContactPanel })),
  Tasks: lazy(() => import('./tasks/TasksPage')),
  /** The practice phone in the place of the context; props: `channelId`, `onClose`. */
  Practice: withQueries(() => import('./practice/Practice')),
  /** The phone on a page of its own, for a second window or a real phone. */
  PracticePage: withQueries(() => import('./practice/PracticePage')),
};

/** A screen that asks the server through TanStack Query, which only such screens load. */
function withQueries<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  return lazy(async () => {
    const [{ default: Screen }, { Queries }] = await Promise.all([load(), import('./queries')]);
    return {
      default: (props: P) => (
        <Queries>
          <Screen {...props} />
        </Queries>
      ),
    };
  });
}
