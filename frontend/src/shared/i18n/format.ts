/** Numbers, times and lists in the reader's language. Formatters are made once per locale and options. */

import { formattingLocale } from './index';

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return cached('number', options, (locale) => new Intl.NumberFormat(locale, options)).format(value);
}

/** 84 kB, 3.1 MB: in thousands, as file managers and providers count. */
export function formatBytes(size_bytes: number): string {
  if (size_bytes < 1_000_000) {
    const kilobytes = size_bytes === 0 ? 0 : Math.max(1, Math.round(size_bytes / 1000));
    return formatNumber(kilobytes, { style: 'unit', unit: 'kilobyte' });
  }
  return formatNumber(size_bytes / 1_000_000, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 });
}

/** 0:23, 12:04, 1:02:03. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function formatDate(at: Date | string, options: Intl.DateTimeFormatOptions): string {
  return cached('date', options, (locale) => new Intl.DateTimeFormat(locale, options)).format(asDate(at));
}

/** 11:42 */
export function formatTime(at: Date | string): string {
  return formatDate(at, { hour: '2-digit', minute: '2-digit' });
}

/** 21 November 2026, 11:42 */
export function formatMoment(at: Date | string): string {
  return formatDate(at, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });
}

/** 3 minutes ago, yesterday, in 2 days: the largest unit that fits. */
export function formatRelative(at: Date | string, now: Date = new Date()): string {
  const seconds = (asDate(at).getTime() - now.getTime()) / 1000;
  const formatter = cached(
    'relative',
    {},
    (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' }),
  );
  const size = Math.abs(seconds);
  if (size < 45) return formatter.format(0, 'second');
  if (size < 3600 * 0.99) return formatter.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400 * 0.99) return formatter.format(Math.round(seconds / 3600), 'hour');
  if (size < 86_400 * 30) return formatter.format(Math.round(seconds / 86_400), 'day');
  if (size < 86_400 * 365) return formatter.format(Math.round(seconds / (86_400 * 30)), 'month');
  return formatter.format(Math.round(seconds / (86_400 * 365)), 'year');
}

export function formatList(items: readonly string[]): string {
  return cached('list', {}, (locale) => new Intl.ListFormat(locale, { type: 'conjunction' })).format(items);
}

function asDate(at: Date | string): Date {
  return typeof at === 'string' ? new Date(at) : at;
}

const cache = new Map<string, unknown>();

function cached<T>(kind: string, options: object, make: (locale: string) => T): T {
  const locale = formattingLocale();
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  const known = cache.get(key);
  // The key names the kind, so what lies under it was made by the same `make`.
  if (known !== undefined) return known as T;
  const made = make(locale);
  cache.set(key, made);
  return made;
}
