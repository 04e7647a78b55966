import { describe, expect, it } from 'vitest';
import type { Task } from '@/shared/api/types';
import { groupOf, groupTasks } from './tasks';

const NOW = new Date(2026, 10, 24, 12);
const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000).toISOString();
const task = (change: Partial<Task>): Task => ({ id: 't', state: 'open', due_at: null, ...change }) as Task;

describe('groups of tasks', () => {
  it.each([
    [task({ due_at: at(-1) }), 'overdue'],
    [task({ due_at: at(2) }), 'today'],
    [task({ due_at: at(20) }), 'later'],
    [task({}), 'undated'],
    [task({ due_at: at(-1), state: 'done' }), 'done'],
  ])('puts a task where its date belongs', (one, group) => {
    expect(groupOf(one, NOW)).toBe(group);
  });

  it('shows the most pressing first and leaves out what is empty', () => {
    const groups = groupTasks([task({ id: 'a' }), task({ id: 'b', due_at: at(-1) }), task({ id: 'c' })], NOW);
    expect(groups.map(({ group, tasks }) => [group, tasks.map(({ id }) => id)])).toEqual([
      ['overdue', ['b']],
      ['undated', ['a', 'c']],
    ]);
  });
});
