/**
 * When a put-off conversation may come back. Days are those of the agent's zone, and a morning begins with their shift;
 * without working hours it is nine o'clock.
 */
import type { Preferences } from '@/shared/api/types';

const MORNING = 9 * 60;
const LATER_MS = 3 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

export interface Preset {
  readonly name: 'later' | 'tomorrow' | 'next_shift' | 'monday' | 'week';
  readonly at: Date;
}

export type Hours = Pick<Preferences, 'time_zone' | 'shift'>;

/** In three hours, tomorrow or the next day of work, Monday, in a week; what would say the same moment stands once. */
export function snoozePresets(now: Date, { time_zone: zone, shift }: Hours): Preset[] {
  const today = dayIn(zone, now);
  const worksOn = (day: Date) => shift === null || shift.days.includes((day.getUTCDay() + 6) % 7);
  const morning = (days: number) => momentIn(zone, plusDays(today, days), shift?.from_minute ?? MORNING);
  const untilMonday = (8 - today.getUTCDay()) % 7 || 7;
  const untilWork = [1, 2, 3, 4, 5, 6, 7].find((days) => worksOn(plusDays(today, days))) ?? 1;
  const all: Preset[] = [
    { name: 'later', at: new Date(Math.floor((now.getTime() + LATER_MS) / MINUTE_MS) * MINUTE_MS) },
    { name: untilWork === 1 ? 'tomorrow' : 'next_shift', at: morning(untilWork) },
    { name: 'monday', at: morning(untilMonday) },
    { name: 'week', at: morning(7) },
  ];
  return all.filter(({ at }, index) => all.findIndex((other) => other.at.getTime() === at.getTime()) === index);
}

/** The next nine o'clock where the zone's clock stands. */
export function theirMorning(now: Date, zone: string): Date {
  const today = dayIn(zone, now);
  const morning = momentIn(zone, today, MORNING);
  return morning.getTime() > now.getTime() ? morning : momentIn(zone, plusDays(today, 1), MORNING);
}

/** Whether the two clocks differ at that moment; an empty zone is the browser's. */
export function areApart(zone: string, other: string, at: Date): boolean {
  return offsetMs(zone, at) !== offsetMs(other, at);
}

function plusDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MINUTES * MINUTE_MS);
}

/** The day that it is in the zone, as midnight in UTC; an empty zone is the browser's. */
function dayIn(zone: string, now: Date): Date {
  return new Date(
    Math.floor((now.getTime() + offsetMs(zone, now)) / (DAY_MINUTES * MINUTE_MS)) * DAY_MINUTES * MINUTE_MS,
  );
}

/** That minute of that day on the clock of the zone; the offset is asked twice, for it may change in between. */
function momentIn(zone: string, day: Date, minute: number): Date {
  const wall = day.getTime() + minute * MINUTE_MS;
  const guess = new Date(wall - offsetMs(zone, new Date(wall)));
  return new Date(wall - offsetMs(zone, guess));
}

/** How far the zone's clock is ahead of UTC. */
function offsetMs(zone: string, at: Date): number {
  if (zone === '') return -at.getTimezoneOffset() * MINUTE_MS;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return wall - Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
}
/** A moment as a field for date and time holds it, in the browser's zone: 2026-11-27T09:00. */
export function asField(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [String(at.getFullYear()).padStart(4, '0'), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What stands in such a field; null while it is not a whole date and time. */
export function fromField(value: string): Date | null {
  const at = new Date(value);
  return value === '' || Number.isNaN(at.getTime()) ? null : at;
}

/** What should be said of a moment before it is chosen; null: nothing. A window that is closed already is no news. */
export function objection(at: Date, closesAt: string | null, now: Date): 'past' | 'after_window' | null {
  if (at.getTime() <= now.getTime()) return 'past';
  if (closesAt === null || Date.parse(closesAt) <= now.getTime()) return null;
  return at.getTime() >= Date.parse(closesAt) ? 'after_window' : null;
}
