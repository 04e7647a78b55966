/** What the menu of a message offers beyond quoting and reacting: each opens a part of the screen of its own. */
export type MessageAct = 'select' | 'forward' | 'details';
