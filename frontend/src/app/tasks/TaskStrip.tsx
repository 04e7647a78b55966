/** Above a thread: what is still to be done for this customer beside answering. */
import { ChevronRight, ClipboardList, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Conversation, Id, Task, TaskPattern } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { IconButton } from '@/shared/ui/IconButton';
import { cx } from '@/shared/ui/cx';
import { StepsDone } from './StepsDone';
import { groupOf } from './tasks';
import { useConversationTasks } from './useTasks';

const TaskRow = lazy(async () => ({ default: (await import('./TaskRow')).TaskRow }));
const TaskDialog = lazy(() => import('./TaskDialog'));
const PatternPicker = lazy(() => import('./PatternPicker'));

export interface TaskStripProps {
  readonly conversation: Conversation;
  /** A task is to be made of these messages; empty: by hand. Null: not now. */
  readonly wanted: readonly Id[] | null;
  readonly onWanted: (messageIds: readonly Id[] | null) => void;
}

export function TaskStrip({ conversation, wanted, onWanted }: TaskStripProps) {
  const { tasks, change, call } = useConversationTasks(conversation.id);
  const [isOpen, setIsOpen] = useState(false);
  const [edited, setEdited] = useState<Task | null>(null);
  const now = useMinute();
  const [isPicking, setPicking] = useState(false);
  const mayChange = useMay('conversations:change');
  const [pattern, setPattern] = useState<TaskPattern>();
  useCommands({ task: () => onWanted([]), task_pattern: () => setPicking(true) });
  const open = tasks?.filter((task) => task.state === 'open') ?? [];
  const shown = isOpen ? (tasks ?? []) : open;
  const [next] = open;
  return (
    <>
      {shown.length > 0 && (
        <section
          aria-label={t('task.title')}
          className="shrink-0 border-b border-line bg-canvas px-5 text-13 max-md:px-4"
        >
          <div className="flex min-h-9 items-center gap-2">
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => setIsOpen(!isOpen)}
              className="flex min-h-9 min-w-0 flex-1 items-center gap-2 text-start"
            >
              <ClipboardList aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
              <span className="shrink-0 font-medium">{t('task.open', { count: open.length })}</span>
              {!isOpen && next && (
                <span
                  key={open.length} // behind another number it is another box, not one that moved
                  dir="auto"
                  className={cx(
                    'min-w-0 truncate',
                    groupOf(next, new Date(now)) === 'overdue' ? 'font-medium text-danger' : 'text-muted',
                  )}
                >
                  {next.title}
                  {next.due_at !== null && ` · ${formatNear(next.due_at, now)}`}
                </span>
              )}
              {!isOpen && next && <StepsDone task={next} className="text-12 text-muted" />}
              <ChevronRight
                aria-hidden
                size={14}
                strokeWidth={1.75}
                className={cx('ms-auto shrink-0 transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
              />
            </button>
            {mayChange && (
              <IconButton
                icon={Plus}
                size={28}
                label={t('task.new')}
                keyName={['Shift', 'T']}
                onClick={() => onWanted([])}
              />
            )}
          </div>
          {isOpen && (
            <ul className="max-h-56 overflow-y-auto pb-2">
              <Suspense fallback={null}>
                {shown.map((task) => (
                  <li key={task.id}>
                    <TaskRow
                      task={task}
                      onDone={(isDone) => change(task, { state: isDone ? 'done' : 'open' })}
                      onOpen={() => setEdited(task)}
                      onCall={(outcome, againAt) => call(task, outcome, againAt)}
                    />
                  </li>
                ))}
              </Suspense>
            </ul>
          )}
        </section>
      )}
      {isPicking && (
        <Suspense fallback={null}>
          <PatternPicker
            onPick={(picked) => {
              setPicking(false);
              setPattern(picked);
              onWanted([]);
            }}
            onClose={() => setPicking(false)}
          />
        </Suspense>
      )}
      {(wanted !== null || edited) && (
        <Suspense fallback={null}>
          <TaskDialog
            pattern={pattern}
            conversationId={conversation.id}
            contactName={conversation.contact.name}
            task={edited}
            messageIds={wanted ?? []}
            onClose={() => {
              setEdited(null);
              setPattern(undefined);
              onWanted(null);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
