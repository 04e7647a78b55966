/** When the live screen sounds. Pure: what is so now, what was so before → whether a tone is due. */

export const ALARMS = ['off', 'late', '2', '4', '10', '30'] as const;
/** Never; when somebody becomes late; and also once the oldest waits so many minutes. */
export type Alarm = (typeof ALARMS)[number];

export interface Situation {
  readonly late: number;
  /** How long the oldest waits; null: nobody does. */
  readonly oldestMs: number | null;
}

export function asAlarm(text: string): Alarm {
  return (ALARMS as readonly string[]).includes(text) ? (text as Alarm) : 'off';
}

/** `before` null: the screen has only just come, and what stands there is no news. */
export function sounds(alarm: Alarm, before: Situation | null, now: Situation): boolean {
  if (alarm === 'off' || before === null) return false;
  return now.late > before.late || (isOver(alarm, now) && !isOver(alarm, before));
}

function isOver(alarm: Alarm, { oldestMs }: Situation): boolean {
  return alarm !== 'off' && alarm !== 'late' && oldestMs !== null && oldestMs >= Number(alarm) * 60_000;
}
