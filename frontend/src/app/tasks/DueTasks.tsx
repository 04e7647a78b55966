import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { CountBadge } from '@/shared/ui/Badge';
import { groupOf } from './tasks';
import { useTasks } from './useTasks';

/** How many of my tasks are overdue or due today: on the corner of the way to them. */
export default function DueTasks() {
  const { tasks } = useTasks('mine');
  const now = new Date(useMinute());
  const count = (tasks ?? []).filter((task) => ['overdue', 'today'].includes(groupOf(task, now))).length;
  if (count === 0) return null;
  return (
    <span className="pointer-events-none absolute end-0 top-0">
      <CountBadge count={count} label={t('task.due_now', { count })} />
    </span>
  );
}
