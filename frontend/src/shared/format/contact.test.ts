import { expect, test } from 'vitest';
import type { Contact } from '@/shared/api/types';
import { asListed, isNightIn, isOptedOut } from './contact';

function contact(part: Partial<Contact>): Contact {
  return { opted_out_at: null, consents: [], time_zone: '', guessed_time_zone: '', ...part } as unknown as Contact;
}

test('a no counts on its channel, one of ours everywhere', () => {
  const no = { channel_id: 'c1', category: 'marketing', is_given: false, source: 'word', changed_at: '' };
  expect(isOptedOut(contact({ consents: [no] }), 'c1')).toBe(true);
  expect(isOptedOut(contact({ consents: [no] }), 'c2')).toBe(false);
  expect(isOptedOut(contact({ consents: [{ ...no, is_given: true }] }), 'c1')).toBe(false);
  expect(isOptedOut(contact({ opted_out_at: '2026-01-01T00:00:00Z' }), 'c2')).toBe(true);
});

test.each([
  ['2026-01-10T20:59:00Z', 'Europe/London', false],
  ['2026-01-10T21:00:00Z', 'Europe/London', true],
  ['2026-01-10T07:59:00Z', 'Europe/London', true],
  ['2026-01-10T08:00:00Z', 'Europe/London', false],
  ['2026-01-10T12:00:00Z', 'Asia/Tokyo', true],
  ['2026-01-10T23:00:00Z', '', false],
  ['2026-01-10T23:00:00Z', 'Mars/Olympus', false],
])('%s in %s is night: %s', (at, zone, isNight) => {
  expect(isNightIn(zone, Date.parse(at))).toBe(isNight);
});

test('the zone that somebody chose counts before the guessed one', () => {
  const there = contact({ time_zone: 'Europe/London', guessed_time_zone: 'Asia/Tokyo' });
  expect(asListed(there, 'c1').time_zone).toBe('Europe/London');
  expect(asListed(contact({ guessed_time_zone: 'Asia/Tokyo' }), 'c1').time_zone).toBe('Asia/Tokyo');
});
