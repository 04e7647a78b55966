/** In the panel beside the thread: what is to be done for this customer, and how far it is. */
import { Check, Circle, Phone, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Id, Task } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { runCommand } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { StepsDone } from './StepsDone';
import { groupOf } from './tasks';
import { useConversationTasks } from './useTasks';

const TaskDialog = lazy(() => import('./TaskDialog'));

export function PanelTasks({ conversationId }: { readonly conversationId: Id }) {
  const { tasks } = useConversationTasks(conversationId);
  const name = useStore((state) => state.conversations.get(conversationId)?.contact.name ?? '');
  const [edited, setEdited] = useState<Task | null>(null);
  const mayChange = useMay('conversations:change');
  return (
    <section aria-label={t('task.title')} className="border-t border-line px-4 py-2 text-13">
      <header className="flex h-8 items-center justify-between">
        <h3 className="font-semibold">{t('task.title')}</h3>
        {mayChange && (
          <IconButton
            icon={Plus}
            size={28}
            label={t('task.new')}
            keyName={['Shift', 'T']}
            onClick={() => void runCommand('task')}
          />
        )}
      </header>
      <ul>
        {tasks?.map((task) => (
          <li key={task.id}>
            <Line task={task} onOpen={() => setEdited(task)} />
          </li>
        ))}
      </ul>
      {tasks?.length === 0 && <p className="py-1 text-muted">{t('task.none_here')}</p>}
      {edited && (
        <Suspense fallback={null}>
          <TaskDialog
            conversationId={conversationId}
            contactName={name}
            task={edited}
            messageIds={[]}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </section>
  );
}

function Line({ task, onOpen }: { readonly task: Task; readonly onOpen: () => void }) {
  const now = useMinute();
  const mayChange = useMay('conversations:change');
  const isDone = task.state === 'done';
  const isOverdue = groupOf(task, new Date(now)) === 'overdue';
  const Icon = isDone ? Check : task.kind === 'call_back' ? Phone : Circle;
  return (
    <button
      type="button"
      disabled={!mayChange}
      onClick={onOpen}
      className="-mx-2 flex w-[calc(100%+1rem)] items-start gap-2 rounded-md px-2 py-1.5 text-start enabled:hover:bg-hover pointer-coarse:min-h-11"
    >
      <Icon
        aria-label={isDone ? t('task.group_done') : task.kind === 'call_back' ? t('task.call_back') : t('task.task')}
        role="img"
        size={14}
        strokeWidth={1.75}
        className="mt-0.5 shrink-0 text-muted"
      />
      <span className="min-w-0 flex-1">
        <bdi className={cx('block truncate', isDone && 'text-muted line-through')}>{task.title}</bdi>
        {task.due_at !== null && !isDone && (
          <span className={cx('tabular block text-12', isOverdue ? 'font-medium text-danger' : 'text-muted')}>
            {isOverdue ? t('task.overdue', { when: formatNear(task.due_at, now) }) : formatNear(task.due_at, now)}
          </span>
        )}
      </span>
      <StepsDone task={task} className="mt-px text-12 text-muted" />
    </button>
  );
}
