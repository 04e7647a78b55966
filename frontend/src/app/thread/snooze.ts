/** When a put-off conversation may come back. Days and nine o'clock are those of the agent's own zone: the browser's. */

const MORNING = 9;
const LATER_MS = 3 * 3_600_000;
const MINUTE_MS = 60_000;

export interface Preset {
  readonly name: 'later' | 'tomorrow' | 'monday' | 'week';
  readonly at: Date;
}

/** In three hours, tomorrow, Monday, in a week; one that would say the same moment twice stands once. */
export function snoozePresets(now: Date): Preset[] {
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  const all: Preset[] = [
    { name: 'later', at: new Date(Math.floor((now.getTime() + LATER_MS) / MINUTE_MS) * MINUTE_MS) },
    { name: 'tomorrow', at: morningIn(1, now) },
    { name: 'monday', at: morningIn(untilMonday, now) },
    { name: 'week', at: morningIn(7, now) },
  ];
  return all.filter(({ at }, index) => all.findIndex((other) => other.at.getTime() === at.getTime()) === index);
}

function morningIn(days: number, now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
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
