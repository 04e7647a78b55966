/** What the phone shows, as a pure reducer over what the simulator says. */

import type { Changes, Customer, PhoneMessage } from './protocol';

export interface Phone {
  readonly cursor: string | number | null;
  readonly customer: Customer | null;
  readonly isTyping: boolean;
  /** In the order in which they first appeared. */
  readonly messages: readonly PhoneMessage[];
}

export const EMPTY_PHONE: Phone = { cursor: null, customer: null, isTyping: false, messages: [] };

/** A changed message takes its old place; a new one goes to the end. */
export function applyChanges(phone: Phone, changes: Changes): Phone {
  const places = new Map(phone.messages.map((message, place) => [message.id, place]));
  const messages = [...phone.messages];
  for (const message of changes.messages) {
    const place = places.get(message.id);
    if (place === undefined) {
      places.set(message.id, messages.length);
      messages.push(message);
    } else {
      messages[place] = message;
    }
  }
  return { cursor: changes.cursor, customer: changes.customer, isTyping: changes.typing, messages };
}

/** True if the business wrote something that this phone has not opened. */
export function hasUnread(phone: Phone): boolean {
  return phone.messages.some((message) => message.direction === 'incoming' && message.status !== 'read');
}

/** The newest message of the business: what Quote and React mean when nothing is chosen. */
export function lastIncoming(phone: Phone): PhoneMessage | undefined {
  return phone.messages.findLast((message) => message.direction === 'incoming');
}

/** A line for a quote. */
export function previewOf(message: PhoneMessage): string {
  return (
    message.text ??
    message.caption ??
    message.template?.body ??
    message.location?.name ??
    message.media?.name ??
    message.contacts?.[0]?.name.formatted_name ??
    ''
  );
}

export function momentOf(message: PhoneMessage): Date {
  return new Date(message.at * 1000);
}
