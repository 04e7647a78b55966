import { expect, test } from 'vitest';
import { makeMessage } from '@/shared/store/testing';
import { FLOOD_PER_MINUTE, isFlood } from './flood';

const NOW = Date.parse('2026-06-01T12:00:00Z');

function heard(count: number, everyMs: number) {
  return Array.from({ length: count }, (_, index) =>
    makeMessage(`m${index}`, 'chat', 0, { at: new Date(NOW - (count - 1 - index) * everyMs).toISOString() }),
  );
}

test('more than twenty messages within a minute are a flood, twenty are none', () => {
  expect(isFlood(heard(FLOOD_PER_MINUTE + 1, 1_000), NOW)).toBe(true);
  expect(isFlood(heard(FLOOD_PER_MINUTE, 1_000), NOW)).toBe(false);
});

test('as many over a longer time are none, and a flood ends', () => {
  expect(isFlood(heard(FLOOD_PER_MINUTE + 1, 3_000), NOW)).toBe(false);
  expect(isFlood(heard(FLOOD_PER_MINUTE + 1, 1_000), NOW + 60_000)).toBe(false);
});

test('what we write does not count', () => {
  const ours = heard(FLOOD_PER_MINUTE + 1, 1_000).map((one) => ({ ...one, direction: 'outgoing' as const }));
  expect(isFlood(ours, NOW)).toBe(false);
});
