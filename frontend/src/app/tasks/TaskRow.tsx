import { Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { CallOutcome, Task, Time } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { formatDate } from '@/shared/i18n/format';
import { areApart } from '../thread/snooze';
import { CallEnd } from './CallEnd';
import { StepsDone } from './StepsDone';
import { groupOf } from './tasks';

export interface TaskRowProps {
  readonly task: Task;
  readonly onDone: (isDone: boolean) => void;
  readonly onOpen: () => void;
  readonly onCall: (outcome: CallOutcome, againAt: Time | null) => void;
  /** What else the place wants to say: whose conversation it is. */
  readonly children?: ReactNode;
}

/** One task: its tick, its words, when and by whom. */
export function TaskRow({ task, onDone, onOpen, onCall, children }: TaskRowProps) {
  const now = useMinute();
  const me = useStore((state) => state.me);
  const mayChange = useMay('conversations:change');
  const isMasked = !useSignedIn().agent.permissions.includes('addresses:read');
  const owner = useStore((state) => (task.owner_id === null ? undefined : state.agents.get(task.owner_id)));
  const isDone = task.state === 'done';
  const isOverdue = groupOf(task, new Date(now)) === 'overdue';
  const facts = [
    task.due_at !== null && (
      <span key="due" className={cx('tabular', isOverdue && 'font-medium text-danger')}>
        {isOverdue ? t('task.overdue', { when: formatNear(task.due_at, now) }) : formatNear(task.due_at, now)}
      </span>
    ),
    task.kind === 'call_back' && task.due_at !== null && isElsewhere(task.time_zone, task.due_at) && (
      <span key="there" className="tabular">
        {t('schedule.theirs', {
          time: formatDate(task.due_at, { hour: '2-digit', minute: '2-digit', timeZone: task.time_zone }),
        })}
      </span>
    ),
    task.outcome !== null && (
      <span key="call">
        {task.outcome === 'reached' ? t('call.was_reached') : t('call.tries', { count: task.tries })}
      </span>
    ),
    <span key="owner" dir="auto">
      {owner ? (owner.id === me ? t('task.me') : owner.name) : t('task.nobody')}
    </span>,
    task.checklist.length > 0 && <StepsDone key="steps" task={task} />,
    task.kind === 'call_back' && isMasked && task.phone !== '' && <bdi key="phone">{task.phone}</bdi>,
    task.kind === 'call_back' && !isMasked && task.phone !== '' && (
      <a
        key="phone"
        href={`tel:${task.phone.replaceAll(' ', '')}`}
        className="inline-flex min-h-6 items-center text-accent hover:underline"
      >
        <bdi>{task.phone}</bdi>
      </a>
    ),
  ].filter(Boolean);
  return (
    <div className="flex min-h-9 items-start gap-2.5 py-1.5">
      <label className="grid size-6 shrink-0 cursor-pointer place-items-center pointer-coarse:size-11">
        <input
          type="checkbox"
          checked={isDone}
          disabled={!mayChange}
          onChange={(event) => onDone(event.target.checked)}
          aria-label={t('task.do', { title: task.title })}
          className="size-4 accent-(--accent)"
        />
      </label>
      <div className="min-w-0 flex-1">
        <button
          type="button"
          disabled={!mayChange}
          onClick={onOpen}
          dir="auto"
          className={cx(
            'flex min-h-6 max-w-full items-center gap-1.5 text-start text-14 enabled:hover:underline',
            isDone ? 'text-muted line-through' : 'font-medium',
          )}
        >
          {task.kind === 'call_back' && (
            <Phone aria-label={t('task.call_back')} role="img" size={14} strokeWidth={1.75} className="shrink-0" />
          )}
          <span className="min-w-0 break-words">{task.title}</span>
        </button>
        <p className="flex flex-wrap items-center gap-x-3 text-12 text-muted">{facts}</p>
        {mayChange && task.kind === 'call_back' && !isDone && <CallEnd task={task} onCall={onCall} />}
        {children}
      </div>
    </div>
  );
}

function isElsewhere(zone: string, at: Time): boolean {
  return zone !== '' && areApart(zone, '', new Date(at));
}
