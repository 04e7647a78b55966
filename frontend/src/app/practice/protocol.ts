/** The practice phone, as the channel's simulator speaks of it: the customer's side of every conversation. */

import { request } from '@/shared/api/http';

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  readonly online?: boolean;
  readonly receipts?: boolean;
}

export interface Overview {
  readonly business: { readonly name: string; readonly address: string };
  readonly customers: readonly Customer[];
}

/** `url` leads through our own server: the relay puts it there. */
export interface PhoneMedia {
  readonly url: string;
  readonly mime?: string;
  readonly name?: string;
  readonly size?: number;
}

export interface PhoneLocation {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

/** A contact card in the provider's own form. */
export interface PhoneCard {
  readonly name: { readonly formatted_name: string; readonly first_name?: string };
  readonly phones?: readonly { readonly phone: string; readonly type?: string }[];
}

export interface Tap {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

export interface PhoneList {
  readonly button: string;
  readonly sections: readonly { readonly title?: string; readonly rows: readonly Tap[] }[];
}

/** The header of a template or of an offer: words, or a medium that is not shown on this phone. */
export interface PhoneHeader {
  readonly text?: string;
}

export interface PhoneTemplate {
  readonly name?: string;
  readonly header?: PhoneHeader;
  readonly body?: string;
  readonly footer?: string;
}

/** One message as the customer has it. "incoming" came from the business. */
export interface PhoneMessage {
  readonly id: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly kind: string;
  readonly text?: string;
  readonly caption?: string;
  readonly media?: PhoneMedia;
  readonly location?: PhoneLocation;
  readonly contacts?: readonly PhoneCard[];
  readonly header?: PhoneHeader;
  readonly footer?: string;
  /** `type` is only given for a template's buttons; of those, quick replies can be answered. */
  readonly buttons?: readonly (Tap & { readonly type?: string })[];
  readonly list?: PhoneList;
  readonly url?: string;
  readonly quoted?: { readonly id: string; readonly text?: string | null };
  readonly reactions?: readonly { readonly by: 'customer' | 'business'; readonly emoji: string }[];
  readonly status: 'sent' | 'delivered' | 'read';
  /** Seconds since 1970, on the simulator's clock. */
  readonly at: number;
  readonly template?: PhoneTemplate;
}

export interface Changes {
  readonly cursor: string | number;
  readonly customer: Customer;
  readonly typing: boolean;
  readonly messages: readonly PhoneMessage[];
}

export interface NewMessage {
  readonly kind: string;
  readonly text?: string;
  readonly media?: { readonly base64: string; readonly mime: string; readonly name: string; readonly voice?: boolean };
  readonly location?: PhoneLocation;
  readonly contacts?: readonly PhoneCard[];
  /** The message that is quoted, reacted to or answered by a tap. */
  readonly message_id?: string;
  readonly emoji?: string;
  readonly reply?: Tap;
}

const WAIT_S = 25;

export function getOverview(channelId: string): Promise<Overview> {
  return request('GET', `/api/practice/${channelId}`);
}

export function addCustomer(channelId: string, name: string): Promise<Customer> {
  return request('POST', `/api/practice/${channelId}/customers`, { body: { name } });
}

/** Waits on the server until something changed after the cursor, for up to 25 s. */
export function waitForChanges(
  channelId: string,
  customerId: string,
  after: string | number | null,
  signal: AbortSignal,
): Promise<Changes> {
  const query = after === null ? { wait_s: 0 } : { after, wait_s: WAIT_S };
  return request('GET', `${customerPath(channelId, customerId)}/changes`, { query, signal });
}

export function sendMessage(channelId: string, customerId: string, message: NewMessage): Promise<unknown> {
  return request('POST', `${customerPath(channelId, customerId)}/messages`, { body: message });
}

export function markRead(channelId: string, customerId: string): Promise<unknown> {
  return request('POST', `${customerPath(channelId, customerId)}/read`, { body: {} });
}

export function setOnline(channelId: string, customerId: string, online: boolean): Promise<unknown> {
  return request('POST', `${customerPath(channelId, customerId)}/online`, { body: { online } });
}

export function setReceipts(channelId: string, customerId: string, receipts: boolean): Promise<unknown> {
  return request('POST', `${customerPath(channelId, customerId)}/receipts`, { body: { receipts } });
}

function customerPath(channelId: string, customerId: string): string {
  return `/api/practice/${channelId}/customers/${encodeURIComponent(customerId)}`;
}
