/** The screens behind the addresses of paths.ts, each loaded when it is first shown. */
import { lazy, type ComponentType } from 'react';
import { loadPart, type Part } from '@/shared/i18n';

export const importSettings = withTexts('settings', () => import('./settings/Settings'));
export const importContacts = () => import('./contacts/Contacts');
export const importCompanies = () => import('./companies/Companies');
/** Macros: by their key, over many, and their settings. */
export const importLostBots = withTexts('bots', () => import('./bots/LostBots'));
export const importMacros = withTexts('macros', () => import('./macros/MacroPalette'));
/** What rules did in a conversation: acts are described in the words of macros. */
export const importRuleRuns = withTexts(
  'macros',
  withTexts('rules', () => import('./rules/ConversationRuns')),
);
/** What the supervisor watches. */
export const importLive = withTexts('live', () => import('./live/LivePage'));
/** The open conversation: not needed for the list, fetched while the list is looked at. */
export const importConversation = withTexts('server', () => import('./thread/Conversation'));
/** What stands beside it, fetched behind it. */
export const importContactPanel = withTexts('server', () => import('./contact/ContactPanel'));

export const screens = {
  SignIn: lazy(withTexts('entry', () => import('./signin/SignIn'))),
  Setup: withQueries(withTexts('entry', () => import('./setup/Setup'))),
  Invitation: withQueries(withTexts('entry', () => import('./setup/Invitation'))),
  Settings: withQueries(importSettings),
  Contacts: withQueries(importContacts),
  Companies: withQueries(importCompanies),
  SearchPage: withQueries(() => import('./search/SearchPage')),
  Thread: lazy(async () => ({ default: (await importConversation()).Thread })),
  Peek: lazy(async () => ({ default: (await importConversation()).Peek })),
  ContactPanel: lazy(async () => ({ default: (await importContactPanel()).ContactPanel })),
  Board: lazy(() => import('./board/Board')),
  Live: lazy(importLive),
  Tasks: lazy(() => import('./tasks/TasksPage')),
  Reviews: lazy(() => import('./reviews/ReviewsPage')),
  Finish: withQueries(
    withTexts(
      'server',
      withTexts('finishing', () => import('./finishing/FinishPage')),
    ),
  ),
  Absent: withQueries(withTexts('finishing', () => import('./finishing/AbsentPage'))),
  Discussions: lazy(() => import('./discussions/DiscussionsPage')),
  Discussion: lazy(() => import('./discussions/DiscussionPanel')),
  /** The practice phone in the place of the context; props: `channelId`, `onClose`. */
  Practice: withQueries(withTexts('practice', () => import('./practice/Practice'))),
  /** The phone on a page of its own, for a second window or a real phone. */
  PracticePage: withQueries(withTexts('practice', () => import('./practice/PracticePage'))),
};

/** A screen with sentences of its own: neither is shown without the other. */
export function withTexts<M>(part: Part, load: () => Promise<M>): () => Promise<M> {
  return async () => {
    const [module] = await Promise.all([load(), loadPart(part)]);
    return module;
  };
}

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
