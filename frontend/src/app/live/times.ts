/** Waits as a wall shows them: with their seconds as long as that tells anything. */
import { formatDuration } from '@/shared/i18n/format';
import { formatSpan } from '@/shared/format/times';

const DAY_MS = 86_400_000;

/** 0:04, 6:14, 3:12:05, 2 d. */
export function formatTick(ms: number): string {
  const whole = Math.max(0, ms);
  return whole < DAY_MS ? formatDuration(Math.floor(whole / 1000)) : formatSpan(whole);
}
