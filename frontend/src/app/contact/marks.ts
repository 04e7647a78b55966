/** What has to be known of a contact before one writes to them. Pure. */
import type { Contact, Id } from '@/shared/api/types';

const NIGHT_FROM = 21;
const NIGHT_TO = 8;

/** By hand everywhere, or by a word or the provider on this channel (on any, if none is named). */
export function isOptedOut(contact: Contact, channelId?: Id): boolean {
  return contact.opted_out_at !== null || declined(contact, channelId) !== undefined;
}

/** The no of the customer's own word or of the provider. */
export function declined(contact: Contact, channelId?: Id): Contact['consents'][number] | undefined {
  return contact.consents.find(
    (one) => one.category === 'marketing' && !one.is_given && (channelId === undefined || one.channel_id === channelId),
  );
}

export function zoneOf(contact: Contact): string {
  return contact.time_zone || contact.guessed_time_zone;
}

/** Whether it is night where they are; the hours of `core/contact.py`. */
export function isNightThere(contact: Contact, nowMs: number): boolean {
  const zone = zoneOf(contact);
  if (zone === '') return false;
  try {
    const hour = Number(
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone }).format(nowMs),
    );
    return hour >= NIGHT_FROM || hour < NIGHT_TO;
  } catch {
    return false; // a zone that this browser does not know yet
  }
}
