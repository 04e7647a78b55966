/** A length of time as people choose it: a number of some unit. Pure. */

export const UNITS = { minute: 1, hour: 60, day: 24 * 60 } as const;
export type Unit = keyof typeof UNITS;
const LONGEST = 365 * UNITS.day;

/** The largest unit of which it is a whole number. */
export function unitOf(minutes: number): Unit {
  return minutes % UNITS.day === 0 ? 'day' : minutes % UNITS.hour === 0 ? 'hour' : 'minute';
}

/** In minutes; null: it is no number that can be meant. */
export function readSpan(amount: string, unit: Unit): number | null {
  const minutes = /^\d{1,6}$/.test(amount.trim()) ? Number(amount.trim()) * UNITS[unit] : 0;
  return minutes >= 1 && minutes <= LONGEST ? minutes : null;
}
