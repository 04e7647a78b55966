/** A target as people choose it: a number of some unit, and when somebody is warned. Pure. */
import { t } from '@/shared/i18n';
import { formatDate, formatNumber } from '@/shared/i18n/format';
import type { Target } from '../types';

export const UNITS = { minute: 1, hour: 60, day: 24 * 60 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit of which it is a whole number. */
export function unitOf(minutes: number): Unit {
  return minutes % UNITS.day === 0 ? 'day' : minutes % UNITS.hour === 0 ? 'hour' : 'minute';
}

/** 4 minutes, 2 hours, 1 day. */
export function spanText(minutes: number): string {
  const unit = unitOf(minutes);
  return formatNumber(minutes / UNITS[unit], { style: 'unit', unit, unitDisplay: 'long' });
}

export function targetText(target: Target): string {
  const span = spanText(target.minutes);
  return target.is_business_time ? t('service.in_business_time', { span }) : span;
}

/** A moment on the clock of a zone; without one, on the reader's own. */
export function momentText(at: string, zone: string): string {
  return formatDate(at, {
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone === '' ? undefined : zone,
  });
}

export const USUAL: Target = { minutes: 4, is_business_time: false, warns: 'share', warns_at: 25 };

/** As it can be sent; null: what was typed is no number that can be meant. */
export function readTarget(amount: string, unit: Unit, rest: Omit<Target, 'minutes'>): Target | null {
  const minutes = readWhole(amount) * UNITS[unit];
  return minutes >= 1 ? { ...rest, minutes } : null;
}

export function readWhole(text: string): number {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : NaN;
}
