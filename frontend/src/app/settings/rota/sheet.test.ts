import { expect, test } from 'vitest';
import type { RotaChange, RotaGap, RotaPlan } from '../types';
import { beginningOn, gapsOn, holdingOn, offOn, placeOn, planOn, touching, weekOf } from './sheet';

const NOW = new Date(2026, 10, 27, 12).getTime(); // a Friday
const week = weekOf(NOW, 0);
const [monday, tuesday] = week as [(typeof week)[0], (typeof week)[0]];

function span(day: number, from: number, to: number) {
  const at = (hour: number) => new Date(2026, 10, day, hour).toISOString();
  return { starts_at: at(from), ends_at: at(to) };
}

function change(part: Partial<RotaChange>): RotaChange {
  const whole = { kind: 'off', state: 'accepted', agent_id: 'a', receiver_id: null, ...span(23, 0, 24) };
  return { return_starts_at: null, return_ends_at: null, ...whole, ...part } as RotaChange;
}

test('a week begins on Monday and has seven days that meet', () => {
  expect(week.map(({ key }) => key)).toEqual([23, 24, 25, 26, 27, 28, 29].map((day) => `2026-11-${day}`));
  expect(week.slice(1).map(({ start }) => start)).toEqual(week.slice(0, 6).map(({ end }) => end));
  expect(weekOf(NOW, 1)[0]?.key).toBe('2026-11-30');
  expect(weekOf(NOW, -4)[0]?.key).toBe('2026-10-26');
  expect(weekOf(new Date(2026, 10, 29, 23).getTime(), 0)[0]?.key).toBe('2026-11-23');
});

test('a night shift begins on one day and reaches into the next', () => {
  const night = { starts_at: span(23, 22, 23).starts_at, ends_at: span(24, 0, 6).ends_at };
  expect([beginningOn(monday, [night]), beginningOn(tuesday, [night])]).toEqual([[night], []]);
  expect([touching(monday, [night]), touching(tuesday, [night])]).toEqual([[night], [night]]);
  expect(placeOn(monday, Date.parse(night.starts_at))).toBeCloseTo(22 / 24);
  expect(placeOn(tuesday, Date.parse(night.starts_at))).toBe(0);
});

test('somebody is off by what holds, and only on these days', () => {
  const changes = [change({ state: 'asked' }), change({ agent_id: 'b' })];
  expect(offOn(monday, 'a', changes)).toBeUndefined();
  expect(offOn(monday, 'b', changes)).toBe(changes[1]);
  expect(offOn(tuesday, 'b', changes)).toBeUndefined();
});

test('both shifts of a swap hold for both', () => {
  const back = span(24, 9, 17);
  const swap = change({
    kind: 'swap',
    receiver_id: 'b',
    ...span(23, 9, 17),
    return_starts_at: back.starts_at,
    return_ends_at: back.ends_at,
  });
  expect([monday, tuesday].flatMap((day) => ['a', 'b', 'c'].map((id) => holdingOn(day, id, [swap]).length))).toEqual([
    1, 1, 0, 1, 1, 0,
  ]);
});

test('a gap over midnight is cut at it', () => {
  const gap: RotaGap = { team_id: 't', starts_at: span(23, 22, 23).starts_at, ends_at: span(24, 0, 6).ends_at };
  expect(gapsOn(monday, [gap])).toEqual([{ ...gap, ends_at: span(24, 0, 1).starts_at }]);
  expect(gapsOn(tuesday, [gap])).toEqual([{ ...gap, starts_at: span(24, 0, 1).starts_at }]);
});

test('the plan of a day is the last that has begun', () => {
  const plans = ['2026-12-01', '2026-01-01'].map((from_day) => ({ agent_id: 'a', from_day }) as RotaPlan);
  expect(planOn('2025-12-31', 'a', plans)).toBeUndefined();
  expect(planOn('2026-11-30', 'a', plans)?.from_day).toBe('2026-01-01');
  expect(planOn('2026-12-01', 'a', plans)?.from_day).toBe('2026-12-01');
});
