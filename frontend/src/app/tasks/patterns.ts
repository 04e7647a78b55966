/** What a task begins with, made of its pattern. Pure. */
import type { TaskPattern, Time } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';

const MINUTE_MS = 60_000;

/** When a task of this pattern is due if it begins now; null: whenever. */
export function dueOf({ due_in_minutes: minutes }: TaskPattern, nowMs: number): Time | null {
  return minutes === null ? null : new Date(nowMs + minutes * MINUTE_MS).toISOString();
}

/** Those with every word in their name or in what is to be done. */
export function findPatterns(patterns: readonly TaskPattern[], search: string): readonly TaskPattern[] {
  const words = fold(search).trim().split(/\s+/u);
  return patterns.filter(({ name, title }) => words.every((word) => fold(`${name} ${title}`).includes(word)));
}
