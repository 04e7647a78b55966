import { expect, test } from 'vitest';
import { makeMessage } from '@/shared/store/testing';
import { isFlood } from './flood';

const FLOOD = { messages: 20, within_s: 60 };
const NOW = Date.parse('2026-06-01T12:00:00Z');

function heard(count: number, everyMs: number) {
  return Array.from({ length: count }, (_, index) =>
    makeMessage(`m${index}`, 'chat', 0, { at: new Date(NOW - (count - 1 - index) * everyMs).toISOString() }),
  );
}

test('more than twenty messages within a minute are a flood, twenty are none', () => {
  expect(isFlood(heard(FLOOD.messages + 1, 1_000), FLOOD, NOW)).toBe(true);
  expect(isFlood(heard(FLOOD.messages, 1_000), FLOOD, NOW)).toBe(false);
});

test('as many over a longer time are none, and a flood ends', () => {
  expect(isFlood(heard(FLOOD.messages + 1, 3_000), FLOOD, NOW)).toBe(false);
  expect(isFlood(heard(FLOOD.messages + 1, 1_000), FLOOD, NOW + 10 * 60_000)).toBe(false);
});

test('it is one however late it is drawn, by whatever clock of this device', () => {
  for (const late of [-30_000, 0, 61_000, 5 * 60_000]) {
    expect(isFlood(heard(FLOOD.messages + 1, 1_000), FLOOD, NOW + late)).toBe(true);
  }
});

test('what we write does not count', () => {
  const ours = heard(FLOOD.messages + 1, 1_000).map((one) => ({ ...one, direction: 'outgoing' as const }));
  expect(isFlood(ours, FLOOD, NOW)).toBe(false);
});
