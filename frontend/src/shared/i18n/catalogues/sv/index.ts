import common from './common.json';
import composer from './composer.json';
import contacts from './contacts.json';
import entry from './entry.json';
import filters from './filters.json';
import inbox from './inbox.json';
import links from './links.json';
import practice from './practice.json';
import reach from './reach.json';
import search from './search.json';
import server from './server.json';
import settings from './settings.json';
import states from './states.json';
import tasks from './tasks.json';
import team from './team.json';
import thread from './thread.json';

/** One language, one chunk: parts by area, so that a translator sees what belongs together. */
export default {
  ...common,
  ...composer,
  ...contacts,
  ...entry,
  ...filters,
  ...inbox,
  ...links,
  ...practice,
  ...reach,
  ...search,
  ...server,
  ...settings,
  ...states,
  ...tasks,
  ...team,
  ...thread,
};
