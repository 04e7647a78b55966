/** What an open conversation needs, as one piece: fetched while the list is looked at; without network it works on. */
export { Peek } from '../inbox/Peek';
export { Thread } from './Thread';
