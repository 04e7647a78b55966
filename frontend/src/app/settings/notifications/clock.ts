/** Times of the day as a field holds them, and how long one may want quiet. Pure. */

const MORNING = 8;
const MINUTE_MS = 60_000;

export interface QuietPreset {
  readonly name: 'half_hour' | 'hour' | 'tomorrow';
  readonly at: Date;
}

export function quietPresets(now: Date): QuietPreset[] {
  const after = (minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING);
  return [
    { name: 'half_hour', at: after(30) },
    { name: 'hour', at: after(60) },
    { name: 'tomorrow', at: tomorrow },
  ];
}

/** 485 → 08:05 */
export function toClock(minute: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** 08:05 → 485; null while the field is not filled. */
export function fromClock(clock: string): number | null {
  const parts = /^(\d\d):(\d\d)$/.exec(clock);
  return parts === null ? null : Number(parts[1]) * 60 + Number(parts[2]);
}
