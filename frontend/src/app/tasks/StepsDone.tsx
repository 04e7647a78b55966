import { ListChecks } from 'lucide-react';
import type { Task } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { doneSteps } from './tasks';

/** How far the check list of a task is: 2/5. Nothing where it has none. */
export function StepsDone({ task, className }: { readonly task: Task; readonly className?: string }) {
  const count = task.checklist.length;
  if (count === 0) return null;
  const done = doneSteps(task);
  return (
    <span className={cx('tabular inline-flex shrink-0 items-center gap-1', className)}>
      <ListChecks aria-hidden size={12} strokeWidth={1.75} />
      <span aria-hidden>
        {done}/{count}
      </span>
      <span className="sr-only">{t('task.steps', { done, count })}</span>
    </span>
  );
}
