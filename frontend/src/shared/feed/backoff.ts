const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait before try `attempt` (0 = the first again): doubling from 0.5 to 30 s, the latter half by chance. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return Math.max(FIRST_MS, whole * (0.5 + random() / 2));
}
