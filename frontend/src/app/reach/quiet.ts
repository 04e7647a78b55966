/** When nothing may sound or pop up here: as core/preferences.py decides for what is pushed. */
import type { Agent, Preferences } from '@/shared/api/types';

type Wishes = Pick<Preferences, 'quiet_until' | 'quiet_hours' | 'time_zone'>;

export function isQuiet({ quiet_until, quiet_hours, time_zone }: Wishes, now: Date): boolean {
  if (quiet_until !== null && now < new Date(quiet_until)) return true;
  if (quiet_hours === null) return false;
  const minute = minuteOfDay(now, time_zone);
  const { from_minute: from, to_minute: to } = quiet_hours;
  return from < to ? from <= minute && minute < to : minute >= from || minute < to;
}

/** Whoever went themselves, or is off their hours, is not called: as core/availability.py decides for what is pushed. */
export function isSilent(me: Pick<Agent, 'availability' | 'away_reason'> | undefined): boolean {
  if (me?.availability !== 'offline') return false;
  return me.away_reason !== 'idle' && me.away_reason !== 'vanished';
}

function minuteOfDay(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timeZone || undefined,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The server counts hours by the agent's zone: this browser's, until another one is known. */
export function zoneOnce({ time_zone }: Pick<Preferences, 'time_zone'>): { time_zone?: string } {
  return time_zone === '' ? { time_zone: browserZone() } : {};
}
