/** Business hours in words. */

import type { Id } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatDate, formatList } from '@/shared/i18n/format';
import { getState } from '@/shared/store/store';
import type { Calendar, Period } from '../types';
import { DAY_MINUTES, isPastMidnight } from './week';

/** A Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1, 12);
const DAY_MS = 86_400_000;

export function weekdayName(day: number, weekday: 'long' | 'short' = 'long'): string {
  return formatDate(new Date(MONDAY_MS + day * DAY_MS), { weekday, timeZone: 'UTC' });
}

/** 9:00 – 12:00, 18:00 – 02:00 the next day; or that it is closed. */
export function hoursText(periods: readonly Period[]): string {
  if (periods.length === 0) return t('settings.hours.closed');
  return formatList(periods.map(periodText));
}

function periodText(period: Period): string {
  const { from_minute: from, to_minute: to } = period;
  if (from === 0 && to === DAY_MINUTES) return t('settings.hours.all_day');
  const values = { from: clockText(from), to: clockText(to) };
  return isPastMidnight(period) ? t('settings.hours.period_over', values) : t('settings.hours.period', values);
}

function clockText(minute: number): string {
  const at = new Date(Date.UTC(2024, 0, 1, 0, minute % DAY_MINUTES));
  return formatDate(at, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
}

/** Thu, 24 December 2026 */
export function dateText(date: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return formatDate(new Date(`${date}T12:00:00Z`), options);
}

export function runText({ first, last }: { readonly first: string; readonly last: string }): string {
  return first === last
    ? dateText(first)
    : t('settings.hours.days_range', { first: dateText(first), last: dateText(last) });
}

/** How it is now: until when it is open, or when it opens. */
export function nowText({ now }: Calendar, at: number): string {
  if (now.is_open) {
    if (now.closes_at === null) return t('settings.hours.open_always');
    return t('settings.hours.open_until', { when: formatNear(now.closes_at, at) });
  }
  if (now.opens_at === null) return t('settings.hours.never_opens');
  return t('settings.hours.closed_until', { when: formatNear(now.opens_at, at) });
}

/** Who goes by them, by name; empty if nobody points to them. */
export function usersOf(calendar: Calendar): string[] {
  const { channels, teams } = getState();
  const name = (known: ReadonlyMap<Id, { readonly name: string }>, id: Id) => known.get(id)?.name ?? '';
  return [
    ...calendar.team_ids.map((id) => t('settings.hours.team', { name: name(teams, id) })),
    ...calendar.channel_ids.map((id) => t('settings.hours.channel', { name: name(channels, id) })),
  ];
}
