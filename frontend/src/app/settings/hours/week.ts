/** Weeks and special days as the screen changes them. Pure. */

import type { Period, SpecialDay } from '../types';

export const DAY_MINUTES = 24 * 60;
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
/** Monday to Friday. */
export const WORKDAYS = [0, 1, 2, 3, 4] as const;
const HOUR = 60;
const MOST_DAYS_AT_ONCE = 366;

export type Week = readonly (readonly Period[])[];

export const USUAL_WEEK: Week = WEEKDAYS.map((day) =>
  day < 5 ? [{ from_minute: 9 * HOUR, to_minute: 17 * HOUR }] : [],
);

/** Between two times of the day; an end that is not after the beginning is on the next day. */
export function periodOf(from: number, to: number): Period {
  const end = to % DAY_MINUTES;
  return { from_minute: from, to_minute: end > from ? end : end + DAY_MINUTES };
}

/** True if it ends after the midnight that follows; one that ends with it is of one day. */
export function isPastMidnight({ to_minute }: Period): boolean {
  return to_minute > DAY_MINUTES;
}

/** What "add" adds: nine to five, or the hours after a pause. Undefined: nothing fits on this day any more. */
export function nextPeriod(periods: readonly Period[]): Period | undefined {
  const last = Math.max(0, ...periods.map(({ to_minute }) => to_minute));
  if (last === 0) return { from_minute: 9 * HOUR, to_minute: 17 * HOUR };
  const from = last + HOUR;
  if (from >= DAY_MINUTES - 1) return undefined;
  return { from_minute: from, to_minute: Math.min(Math.max(from + HOUR, 18 * HOUR), DAY_MINUTES) };
}

export function withDay(week: Week, day: number, periods: readonly Period[]): Week {
  const ordered = [...periods].sort((a, b) => a.from_minute - b.from_minute);
  return week.map((before, number) => (number === day ? ordered : before));
}

export function withCopies(week: Week, from: number, days: readonly number[]): Week {
  return week.map((before, number) => (days.includes(number) ? (week[from] ?? []) : before));
}

/** Days of one name and the same hours in a row. */
export interface DayRun {
  readonly first: string;
  readonly last: string;
  readonly name: string;
  readonly periods: readonly Period[];
}

/** `days` in order. */
export function runsOf(days: readonly SpecialDay[]): DayRun[] {
  const runs: DayRun[] = [];
  for (const { day, name = '', periods = [] } of days) {
    const run = runs.at(-1);
    const isNext = run !== undefined && dayAfter(run.last) === day && run.name === name && isSame(run.periods, periods);
    if (isNext) runs[runs.length - 1] = { ...run, last: day };
    else runs.push({ first: day, last: day, name, periods });
  }
  return runs;
}

function isSame(a: readonly Period[], b: readonly Period[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Every date from the first to the last, a year of them at most; none if one is missing or they are the wrong way round. */
export function datesOf(first: string, last: string): string[] {
  const dates: string[] = [];
  if (first === '') return dates;
  for (let date = first; date <= last && dates.length < MOST_DAYS_AT_ONCE; date = dayAfter(date)) dates.push(date);
  return dates;
}

export function dayAfter(date: string): string {
  const next = new Date(`${date}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

export interface DaysChange {
  readonly set_days: readonly SpecialDay[];
  readonly remove_days: readonly string[];
}

/** What takes a change of special days back. */
export function undoOf(before: readonly SpecialDay[], change: DaysChange): DaysChange {
  const touched = new Set([...change.remove_days, ...change.set_days.map(({ day }) => day)]);
  const known = before.filter(({ day }) => touched.has(day));
  const dates = new Set(known.map(({ day }) => day));
  return { set_days: known, remove_days: [...touched].filter((day) => !dates.has(day)) };
}
