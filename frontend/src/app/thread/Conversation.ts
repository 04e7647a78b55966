/** What an open conversation needs, as one piece: fetched while the list is looked at. */
export { ContactPanel } from '../contact/ContactPanel';
export { Peek } from '../inbox/Peek';
export { Thread } from './Thread';
