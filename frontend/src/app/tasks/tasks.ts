/** What of a list of tasks stands where: by the day on which they are due. Pure. */
import type { Task } from '@/shared/api/types';
import { daysBetween } from '@/shared/format/times';

export type TaskGroup = 'overdue' | 'today' | 'later' | 'undated' | 'done';

export function groupOf(task: Task, now: Date): TaskGroup {
  if (task.state === 'done') return 'done';
  if (task.due_at === null) return 'undated';
  const due = new Date(task.due_at);
  if (due.getTime() < now.getTime()) return 'overdue';
  return daysBetween(now, due) === 0 ? 'today' : 'later';
}

const ORDER: readonly TaskGroup[] = ['overdue', 'today', 'later', 'undated', 'done'];

/** The groups that have tasks, the most pressing first; in each the order of the list. */
export function groupTasks(tasks: readonly Task[], now: Date): { group: TaskGroup; tasks: Task[] }[] {
  return ORDER.flatMap((group) => {
    const found = tasks.filter((task) => groupOf(task, now) === group);
    return found.length > 0 ? [{ group, tasks: found }] : [];
  });
}

export function doneSteps(task: Task): number {
  return task.checklist.filter((step) => step.is_done).length;
}
