import { expect, test } from 'vitest';
import { isQuiet } from './quiet';

const night = {
  quiet_until: null,
  quiet_hours: { from_minute: 22 * 60, to_minute: 8 * 60 },
  time_zone: 'Europe/Amsterdam',
};

test.each([
  ['2026-11-26T20:59:00Z', false],
  ['2026-11-26T21:00:00Z', true],
  ['2026-11-27T06:59:00Z', true],
  ['2026-11-27T07:00:00Z', false],
])('quiet hours run over midnight in the zone of the agent: %s', (at, expected) => {
  expect(isQuiet(night, new Date(at))).toBe(expected);
});

test('until a moment it is quiet, and from it on no more', () => {
  const wishes = { quiet_until: '2026-11-26T12:00:00Z', quiet_hours: null, time_zone: '' };
  expect(isQuiet(wishes, new Date('2026-11-26T11:59:59Z'))).toBe(true);
  expect(isQuiet(wishes, new Date('2026-11-26T12:00:00Z'))).toBe(false);
});
