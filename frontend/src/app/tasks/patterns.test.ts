import { describe, expect, it } from 'vitest';
import type { TaskPattern } from '@/shared/api/types';
import { dueOf, findPatterns } from './patterns';

function pattern(name: string, title: string, due: number | null): TaskPattern {
  return {
    id: name,
    name,
    title,
    kind: 'task',
    checklist: [],
    due_in_minutes: due,
    remind_before_minutes: null,
  };
}

const NOW = Date.parse('2026-11-27T10:00:00Z');

describe('patterns of tasks', () => {
  it('are due as long after now as they say, or whenever', () => {
    expect(dueOf(pattern('a', 'a', 90), NOW)).toBe('2026-11-27T11:30:00.000Z');
    expect(dueOf(pattern('a', 'a', null), NOW)).toBeNull();
  });

  it('are found by words of their name and of what is to be done, in any order', () => {
    const all = [pattern('Return', 'Ask for the pictures', null), pattern('Rückruf', 'Call back', null)];
    expect(findPatterns(all, '')).toEqual(all);
    expect(findPatterns(all, 'pictures ret').map(({ name }) => name)).toEqual(['Return']);
    expect(findPatterns(all, 'ruck').map(({ name }) => name)).toEqual(['Rückruf']);
    expect(findPatterns(all, 'ret call')).toEqual([]);
  });
});
