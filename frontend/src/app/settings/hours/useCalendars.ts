import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { act } from '../act';
import { useRefreshOn } from '../parts/lists';
import type { Calendar } from '../types';
import { undoOf, type DaysChange, type Week } from './week';

const KEY = ['calendars'] as const;
const TELLS = new Set(['calendar_changed', 'team_changed', 'channel_changed']);

/** All business hours; asked for again when somebody changes some, and while their page is open, for time goes on. */
export function useCalendars() {
  useRefreshOn(KEY, TELLS);
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await request<{ items: Calendar[] }>('GET', '/api/calendars')).items,
    refetchInterval: 60_000,
  });
}

export type CalendarChange = Partial<Pick<Calendar, 'name' | 'zone' | 'is_default'>> & {
  readonly week?: Week;
} & Partial<DaysChange>;

export interface CalendarEdit {
  /** Saves at once. Throws what the server says against it. */
  readonly patch: (change: CalendarChange) => Promise<void>;
  /** Saves at once, says so and offers to take it back; true if it was saved. */
  readonly change: (change: CalendarChange, done?: string) => Promise<boolean>;
}

export function useCalendarEdit(calendar: Calendar): CalendarEdit {
  const queries = useQueryClient();
  const put = (next: Calendar) =>
    queries.setQueryData<Calendar[]>(KEY, (all) => all?.map((one) => (one.id === next.id ? next : one)));
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const patch = async (change: CalendarChange) => {
    // What was chosen stands at once: the next change builds on it. They are sent one after the other, and only the
    // answer to the newest one is shown.
    await queries.cancelQueries({ queryKey: KEY });
    if (change.week) put({ ...calendar, week: change.week.map((periods) => [...periods]) });
    const sent = last.current.then(() => request<Calendar>('PATCH', `/api/calendars/${calendar.id}`, { body: change }));
    const ended = sent.catch(() => undefined);
    last.current = ended;
    try {
      const saved = await sent;
      if (last.current === ended) put(saved);
      if ('is_default' in change) await queries.invalidateQueries({ queryKey: KEY });
    } catch (reason) {
      put(calendar);
      await queries.invalidateQueries({ queryKey: KEY });
      throw reason;
    }
  };
  const change = (wanted: CalendarChange, done = t('common.saved')) =>
    act(() => patch(wanted), {
      done,
      undo: () => void act(() => patch(before(calendar, wanted)), { done: t('settings.hours.undone') }),
    });
  return { patch, change };
}

/** What takes a change back. */
function before(calendar: Calendar, change: CalendarChange): CalendarChange {
  const { name, zone, is_default, week } = calendar;
  const all: CalendarChange = { name, zone, is_default, week };
  const named = Object.fromEntries(Object.entries(all).filter(([key]) => key in change));
  if (change.set_days === undefined && change.remove_days === undefined) return named;
  const days = { set_days: change.set_days ?? [], remove_days: change.remove_days ?? [] };
  return { ...named, ...undoOf(calendar.special_days, days) };
}
