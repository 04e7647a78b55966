/** A week of the rota as the screen lays it out: days of this device's clock, and what lies in each of them. Pure. */

import type { Id } from '@/shared/api/types';
import type { RotaChange, RotaGap, RotaPlan, RotaShift } from '../types';

export interface Day {
  /** 2026-11-23 */
  readonly key: string;
  readonly start: number;
  /** The next midnight: a day may have 23 or 25 hours. */
  readonly end: number;
}

export interface Timed {
  readonly starts_at: string;
  readonly ends_at: string;
}

/** The week in which a moment lies, so many weeks on. Monday first. */
export function weekOf(now: number, weeksOn: number): Day[] {
  const today = new Date(now);
  const monday = today.getDate() - ((today.getDay() + 6) % 7) + 7 * weeksOn;
  const midnight = (number: number) => new Date(today.getFullYear(), today.getMonth(), monday + number);
  return [0, 1, 2, 3, 4, 5, 6].map((number) => {
    const start = midnight(number);
    return { key: dayKey(start), start: start.getTime(), end: midnight(number + 1).getTime() };
  });
}

export function dayKey(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What begins on a day. */
export function beginningOn<T extends Timed>(day: Day, all: readonly T[]): T[] {
  return all.filter(({ starts_at }) => isWithin(day, Date.parse(starts_at)));
}

/** What lies on a day at least in part. */
export function touching<T extends Timed>(day: Day, all: readonly T[]): T[] {
  return all.filter(({ starts_at, ends_at }) => Date.parse(starts_at) < day.end && Date.parse(ends_at) > day.start);
}

export function isWithin(day: Day, at: number): boolean {
  return day.start <= at && at < day.end;
}

/** Where on a day a moment lies, from nought to one. */
export function placeOn(day: Day, at: number): number {
  return Math.min(1, Math.max(0, (at - day.start) / (day.end - day.start)));
}

/** A change that holds and takes a day from somebody. */
export function offOn(day: Day, agentId: Id, changes: readonly RotaChange[]): RotaChange | undefined {
  return touching(day, changes).find(
    ({ kind, state, agent_id }) => kind === 'off' && state === 'accepted' && agent_id === agentId,
  );
}

/** The changes that hold for somebody on a day: what one who plans can take back there. */
export function holdingOn(day: Day, agentId: Id, changes: readonly RotaChange[]): RotaChange[] {
  return changes.filter(
    (change) =>
      change.state === 'accepted' &&
      (change.agent_id === agentId || change.receiver_id === agentId) &&
      touching(day, spansOf(change)).length > 0,
  );
}

/** Of a swap both shifts. */
export function spansOf(change: RotaChange): Timed[] {
  const { return_starts_at: starts_at, return_ends_at: ends_at } = change;
  return starts_at === null || ends_at === null ? [change] : [change, { starts_at, ends_at }];
}

/** Gaps on a day, cut to it, of one team or of all. */
export function gapsOn(day: Day, gaps: readonly RotaGap[]): RotaGap[] {
  return touching(day, gaps).map((gap) => ({
    ...gap,
    starts_at: new Date(Math.max(day.start, Date.parse(gap.starts_at))).toISOString(),
    ends_at: new Date(Math.min(day.end, Date.parse(gap.ends_at))).toISOString(),
  }));
}

/** The plan by which somebody works on a day. Undefined: they have none by then. */
export function planOn(day: string, agentId: Id, plans: readonly RotaPlan[]): RotaPlan | undefined {
  return plansOf(agentId, plans).findLast(({ from_day }) => from_day <= day);
}

/** In the order in which they begin. */
export function plansOf(agentId: Id, plans: readonly RotaPlan[]): RotaPlan[] {
  return plans.filter(({ agent_id }) => agent_id === agentId).sort((a, b) => a.from_day.localeCompare(b.from_day));
}

/** Shifts of somebody that could be given or taken: those that have not begun. */
export function comingShifts(agentId: Id, shifts: readonly RotaShift[], now: number): RotaShift[] {
  return shifts.filter(({ agent_id, starts_at }) => agent_id === agentId && Date.parse(starts_at) > now);
}
