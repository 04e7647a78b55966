/** What has to be known of a contact before one writes to them. Pure. */
import type { Contact, Conversation, Id } from '@/shared/api/types';

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

/** Whether it is night in a zone; the hours of `core/contact.py`. */
export function isNightIn(zone: string, nowMs: number): boolean {
  const clock = clockOf(zone);
  if (clock === null) return false;
  const hour = Number(clock.format(nowMs));
  return hour >= NIGHT_FROM || hour < NIGHT_TO;
}

/** To make one costs more than all that is done with it. */
const clocks = new Map<string, Intl.DateTimeFormat | null>([['', null]]);

/** Null: this browser does not know the zone. */
function clockOf(zone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  let clock: Intl.DateTimeFormat | null = null;
  try {
    clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone });
  } catch {
    // one that came after this browser
  }
  clocks.set(zone, clock);
  return clock;
}

/** A contact as the row of a conversation shows it. */
export function asListed(contact: Contact, channelId: Id): Conversation['contact'] {
  return {
    id: contact.id,
    name: contact.name,
    is_vip: contact.is_vip,
    is_blocked: contact.blocked_at !== null,
    is_opted_out: isOptedOut(contact, channelId),
    time_zone: zoneOf(contact),
  };
}
