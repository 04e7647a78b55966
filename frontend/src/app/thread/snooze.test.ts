import { describe, expect, it } from 'vitest';
import { areApart, asField, fromField, objection, snoozePresets, theirMorning, type Hours } from './snooze';

/** Local parts, so that the table holds in whatever zone the tests run. */
const local = (text: string) => new Date(text);
const ALWAYS: Hours = { time_zone: '', shift: null };
const names = (now: string) => snoozePresets(local(now), ALWAYS).map(({ name, at }) => `${name} ${asField(at)}`);

describe('the presets of snooze', () => {
  it.each([
    // A Tuesday.
    [
      '2026-11-24T14:20:31',
      ['later 2026-11-24T17:20', 'tomorrow 2026-11-25T09:00', 'monday 2026-11-30T09:00', 'week 2026-12-01T09:00'],
    ],
    // A Monday: the next one is in a week.
    ['2026-11-23T08:00:00', ['later 2026-11-23T11:00', 'tomorrow 2026-11-24T09:00', 'monday 2026-11-30T09:00']],
    // A Sunday: Monday is tomorrow.
    ['2026-11-29T22:30:00', ['later 2026-11-30T01:30', 'tomorrow 2026-11-30T09:00', 'week 2026-12-06T09:00']],
    // Sunday morning.
    ['2026-11-29T06:00:00', ['later 2026-11-29T09:00', 'tomorrow 2026-11-30T09:00', 'week 2026-12-06T09:00']],
    // The last day of a year.
    [
      '2026-12-31T23:59:59',
      ['later 2027-01-01T02:59', 'tomorrow 2027-01-01T09:00', 'monday 2027-01-04T09:00', 'week 2027-01-07T09:00'],
    ],
  ])('at %s', (now, expected) => {
    expect(names(now)).toEqual(expected);
  });

  it('always lie ahead, and none twice', () => {
    for (let hour = 0; hour < 24 * 14; hour += 1) {
      const now = new Date(2026, 9, 18, hour, 30);
      const times = snoozePresets(now, ALWAYS).map(({ at }) => at.getTime());
      expect(new Set(times).size).toBe(times.length);
      for (const time of times) expect(time).toBeGreaterThan(now.getTime());
    }
  });

  it('say nine o’clock across the change to winter time', () => {
    const friday = new Date(2026, 9, 23, 16, 0);
    expect(
      snoozePresets(friday, ALWAYS)
        .filter(({ name }) => name !== 'later')
        .map(({ at }) => at.getHours()),
    ).toEqual([9, 9, 9]);
  });
});

describe('with working hours in a zone', () => {
  const hours: Hours = {
    time_zone: 'America/New_York',
    shift: { days: [0, 1, 2, 3, 4], from_minute: 510, to_minute: 1020 },
  };
  const presets = (now: string) =>
    snoozePresets(new Date(now), hours).map(({ name, at }) => `${name} ${at.toISOString().slice(0, 16)}`);

  it('tomorrow is the zone’s, and begins with the shift', () => {
    // Tuesday evening in New York, Wednesday already in UTC.
    expect(presets('2026-11-25T01:00:00Z')).toEqual([
      'later 2026-11-25T04:00',
      'tomorrow 2026-11-25T13:30',
      'monday 2026-11-30T13:30',
      'week 2026-12-01T13:30',
    ]);
  });

  it('after a Friday comes the next day of work', () => {
    expect(presets('2026-11-27T18:00:00Z')).toEqual([
      'later 2026-11-27T21:00',
      'next_shift 2026-11-30T13:30',
      'week 2026-12-04T13:30',
    ]);
  });

  it('keeps its clock across the change to winter time', () => {
    // The clocks of New York went back on Sunday, November 1.
    expect(presets('2026-10-30T18:00:00Z')[1]).toBe('next_shift 2026-11-02T13:30');
    expect(presets('2026-10-29T18:00:00Z')[1]).toBe('tomorrow 2026-10-30T12:30');
  });
});

describe('a date and time of one’s own', () => {
  it('comes out of its field as it went in', () => {
    const at = new Date(2026, 1, 3, 4, 5);
    expect(asField(at)).toBe('2026-02-03T04:05');
    expect(fromField(asField(at))?.getTime()).toBe(at.getTime());
  });

  it.each(['', 'soon'])('is none while the field says %j', (value) => {
    expect(fromField(value)).toBeNull();
  });
});

describe('what is said before it is saved', () => {
  const now = new Date('2026-11-24T10:00:00Z');
  it.each([
    ['2026-11-24T10:00:00Z', '2026-11-24T12:00:00Z', 'past'],
    ['2026-11-24T09:59:00Z', null, 'past'],
    ['2026-11-24T11:59:00Z', '2026-11-24T12:00:00Z', null],
    ['2026-11-24T12:00:00Z', '2026-11-24T12:00:00Z', 'after_window'],
    ['2026-11-25T12:00:00Z', '2026-11-24T09:00:00Z', null],
    ['2026-11-25T12:00:00Z', null, null],
  ])('%s with a window until %s: %s', (at, closesAt, said) => {
    expect(objection(new Date(at), closesAt, now)).toBe(said);
  });
});

describe('the morning of a customer', () => {
  it.each([
    // Nine in Tokyo is midnight in UTC, nine in New York two or one in the afternoon.
    ['2026-11-26T12:00:00Z', 'Asia/Tokyo', '2026-11-27T00:00:00.000Z'],
    ['2026-11-26T23:59:00Z', 'Asia/Tokyo', '2026-11-27T00:00:00.000Z'],
    ['2026-11-27T00:00:00Z', 'Asia/Tokyo', '2026-11-28T00:00:00.000Z'],
    ['2026-11-26T13:00:00Z', 'America/New_York', '2026-11-26T14:00:00.000Z'],
    // The clocks go back in the night between.
    ['2026-10-31T20:00:00Z', 'America/New_York', '2026-11-01T14:00:00.000Z'],
    ['2026-10-30T20:00:00Z', 'America/New_York', '2026-10-31T13:00:00.000Z'],
  ])('at %s in %s', (now, zone, expected) => {
    expect(theirMorning(new Date(now), zone).toISOString()).toBe(expected);
  });

  it('is another one where the clocks differ', () => {
    const at = new Date('2026-11-26T12:00:00Z');
    expect(areApart('Europe/Madrid', 'Europe/Berlin', at)).toBe(false);
    expect(areApart('Europe/Madrid', 'Asia/Tokyo', at)).toBe(true);
    // Apart in summer only.
    expect(areApart('Europe/London', 'Atlantic/Reykjavik', at)).toBe(false);
    expect(areApart('Europe/London', 'Atlantic/Reykjavik', new Date('2026-07-26T12:00:00Z'))).toBe(true);
  });
});
