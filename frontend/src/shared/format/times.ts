/** Times as the desk writes them: short where they stand in rows, whole where they are read. */
import { t } from '@/shared/i18n';
import { formatDate, formatTime } from '@/shared/i18n/format';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long somebody waits: 0:04, 6:14, then 3 h, 2 d. */
export function formatWait(sinceMs: number, nowMs: number): string {
  const wait = Math.max(0, nowMs - sinceMs);
  if (wait < HOUR) {
    const seconds = Math.floor(wait / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
  return formatSpan(wait);
}

/** One unit of a span, rounded down: 38 min, 3 h, 2 d. */
export function formatSpan(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < HOUR) return t('time.minutes', { count: Math.floor(whole / MINUTE) });
  if (whole < DAY) return t('time.hours', { count: Math.floor(whole / HOUR) });
  return t('time.days', { count: Math.floor(whole / DAY) });
}

/** How long somebody has been waiting, to the minute: now, 6 min, 3 h, 2 d. */
export function formatWaitingTime(since: string, nowMs: number): string {
  const wait = nowMs - Date.parse(since);
  return wait < MINUTE ? t('time.now') : formatSpan(wait);
}

/** The time at the end of a row: now, 6 min, 10:52, yesterday, Mon, 3 Oct. */
export function formatRowTime(at: string, nowMs: number): string {
  const age = nowMs - Date.parse(at);
  if (age < MINUTE) return t('time.now');
  if (age < HOUR) return formatSpan(age);
  const days = daysBetween(new Date(at), new Date(nowMs));
  if (days === 0) return formatTime(at);
  if (days === 1) return t('time.yesterday');
  if (days < 7) return formatDate(at, { weekday: 'short' });
  return formatDate(
    at,
    isSameYear(at, nowMs) ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: '2-digit' },
  );
}

/** A day as it stands between messages: Today, Sunday, Saturday, 21 November. */
export function formatDay(at: string, nowMs: number): string {
  const days = daysBetween(new Date(at), new Date(nowMs));
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday_day');
  if (days > 1 && days < 7) return formatDate(at, { weekday: 'long' });
  const options = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  return formatDate(at, isSameYear(at, nowMs) ? options : { ...options, year: 'numeric' });
}

/** A moment near now: today, 11:39, tomorrow, 11:39, Sunday, 18:20, 21 November, 18:20. */
export function formatNear(at: string, nowMs: number): string {
  const days = daysBetween(new Date(nowMs), new Date(at));
  const time = formatTime(at);
  if (days === 0) return t('time.today_at', { time });
  if (days === 1) return t('time.tomorrow_at', { time });
  if (days === -1) return t('time.yesterday_at', { time });
  const day =
    Math.abs(days) < 7 ? formatDate(at, { weekday: 'long' }) : formatDate(at, { day: 'numeric', month: 'long' });
  return t('time.day_at', { day, time });
}

/** When something comes back, short: 14:20, Fri 09:00, 3 Dec. */
export function formatAlarm(at: string, nowMs: number): string {
  const days = daysBetween(new Date(nowMs), new Date(at));
  if (days === 0) return formatTime(at);
  if (days > 0 && days < 7) return formatDate(at, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  return formatDate(at, { day: 'numeric', month: 'short' });
}

/** Whole local days from `a` to `b`. */
export function daysBetween(a: Date, b: Date): number {
  const start = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((start(b) - start(a)) / DAY);
}

function isSameYear(at: string, nowMs: number): boolean {
  return new Date(at).getFullYear() === new Date(nowMs).getFullYear();
}
