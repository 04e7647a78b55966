import { describe, expect, it } from 'vitest';
import { zoneOfPhone } from './zones';

describe('the time zone of a number', () => {
  it.each([
    ['+447700900318', 'Europe/London'],
    ['+31655501290', 'Europe/Amsterdam'],
    ['+919812345678', 'Asia/Calcutta'],
    ['+35312345678', 'Europe/Dublin'],
  ])('is the one of its country: %s', (phone, zone) => {
    expect(zoneOfPhone(phone)).toBe(zone);
  });

  it.each([
    '+12025550123',
    '+79161234567',
    '+34612345678',
    '+5511987654321',
    '+61412345678',
    '',
    'hannah',
    '447700900318',
  ])('is not guessed where a country has several, nor without a number: %s', (phone) => {
    expect(zoneOfPhone(phone)).toBeUndefined();
  });

  it('is one that the browser knows', () => {
    const zones = ['+31655501290', '+4712345678', '+23112345678'].map((phone) => zoneOfPhone(phone));
    for (const timeZone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow();
  });
});
