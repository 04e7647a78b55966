/** My tasks, those that nobody has, and all that I may see: by when they are due. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Task } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Tabs } from '@/shared/ui/Tabs';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';
import TaskDialog from './TaskDialog';
import { TaskRow } from './TaskRow';
import { groupTasks } from './tasks';
import { useTasks, type TaskView } from './useTasks';

const VIEWS: readonly TaskView[] = ['mine', 'unowned', 'all', 'done'];

export default function TasksPage() {
  const [view, setView] = useState<TaskView>('mine');
  const [edited, setEdited] = useState<Task | null>(null);
  return (
    <main className="flex h-full min-h-0 flex-col overflow-y-auto bg-surface">
      <div className="mx-auto w-full max-w-3xl px-6 py-6 max-md:px-4">
        <h1 className="pb-4 text-20 font-semibold">{t('task.title')}</h1>
        <Tabs
          label={t('task.views')}
          value={view}
          tabs={VIEWS.map((value) => ({
            value,
            label: t(`task.view_${value}`),
            panel: value === view && <List view={view} onEdit={setEdited} />,
          }))}
          onValueChange={setView}
        />
      </div>
      {edited && (
        <TaskDialog
          conversationId={edited.conversation_id}
          contactName={edited.contact.name}
          task={edited}
          messageIds={[]}
          onClose={() => setEdited(null)}
        />
      )}
    </main>
  );
}

interface ListProps {
  readonly view: TaskView;
  readonly onEdit: (task: Task) => void;
}

function List({ view, onEdit }: ListProps) {
  const { tasks, hasFailed, again, change, call } = useTasks(view);
  const now = useMinute();
  return (
    <>
      {tasks === null && !hasFailed && <Skeleton className="pt-6" />}
      {tasks === null && hasFailed && (
        <EmptyState
          title={t('task.failed')}
          text={t('common.offline')}
          action={<Button onClick={again}>{t('common.try_again')}</Button>}
        />
      )}
      {tasks?.length === 0 && <EmptyState title={t(`task.empty_${view}`)} text={t('task.empty_text')} />}
      {groupTasks(tasks ?? [], new Date(now)).map(({ group, tasks: shown }) => (
        <section key={group} aria-label={t(`task.group_${group}`)} className="pt-6">
          <h2 className="flex gap-2 border-b border-line pb-2 text-14 font-semibold">
            {t(`task.group_${group}`)}
            <span className={cx('tabular font-normal', group === 'overdue' ? 'text-danger' : 'text-muted')}>
              {shown.length}
            </span>
          </h2>
          <ul>
            {shown.map((task) => (
              <li key={task.id} className="border-b border-line">
                <TaskRow
                  task={task}
                  onDone={(isDone) => change(task, { state: isDone ? 'done' : 'open' })}
                  onOpen={() => onEdit(task)}
                  onCall={(outcome, againAt) => call(task, outcome, againAt)}
                >
                  <Link
                    href={paths.inbox('open', task.conversation_id)}
                    dir="auto"
                    className="inline-flex min-h-6 max-w-full items-center truncate text-13 text-accent hover:underline"
                  >
                    {task.contact.name}
                  </Link>
                </TaskRow>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
