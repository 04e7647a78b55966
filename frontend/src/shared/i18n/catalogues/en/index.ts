import board from './board.json';
import common from './common.json';
import companies from './companies.json';
import composer from './composer.json';
import contacts from './contacts.json';
import discussions from './discussions.json';
import filters from './filters.json';
import inbox from './inbox.json';
import links from './links.json';
import reach from './reach.json';
import reviews from './reviews.json';
import search from './search.json';
import states from './states.json';
import tasks from './tasks.json';
import team from './team.json';
import thread from './thread.json';

/** What only some screens say: each a chunk of its own, loaded with them. */
export const later = {
  automatic: () => import('./later/automatic.json'),
  bots: () => import('./later/bots.json'),
  entry: () => import('./later/entry.json'),
  finishing: () => import('./later/finishing.json'),
  live: () => import('./later/live.json'),
  macros: () => import('./later/macros.json'),
  practice: () => import('./later/practice.json'),
  replies: () => import('./later/replies.json'),
  rota: () => import('./later/rota.json'),
  routing: () => import('./later/routing.json'),
  rules: () => import('./later/rules.json'),
  server: () => import('./later/server.json'),
  service: () => import('./later/service.json'),
  settings: () => import('./later/settings.json'),
  skills: () => import('./later/skills.json'),
  webhooks: () => import('./later/webhooks.json'),
};

/** What the inbox says in one language, one chunk: parts by area, so that a translator sees what belongs together. */
export default {
  ...board,
  ...common,
  ...companies,
  ...composer,
  ...contacts,
  ...discussions,
  ...filters,
  ...inbox,
  ...links,
  ...reach,
  ...reviews,
  ...search,
  ...states,
  ...tasks,
  ...team,
  ...thread,
};
