/** A task: made by hand, of messages or of a pattern; or changed. */
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { deleteTaskPattern, fetchTaskPatterns, patchTask, postTask, postTaskPattern } from '@/shared/api/calls';
import type { Id, Message, Task, TaskPattern } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { getState, useStore } from '@/shared/store/store';
import { useSubmit } from '@/shared/useSubmit';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { describeContent } from '../inbox/describe';
import { formatDate } from '@/shared/i18n/format';
import { areApart, asField, fromField } from '../thread/snooze';
import { dueOf } from './patterns';
import { draftSteps, keptSteps, Steps, type DraftStep } from './Steps';

const NOBODY = 'nobody';
const NO_PATTERN = 'none';
const MINUTE_MS = 60_000;
const REMINDERS = [0, 15, 60, 1440] as const;

export interface TaskDialogProps {
  readonly conversationId: Id;
  readonly contactName: string;
  /** Null: a new one. */
  readonly task: Task | null;
  readonly messageIds: readonly Id[];
  /** What a new one begins with. */
  readonly pattern?: TaskPattern;
  readonly onClose: () => void;
}

interface Draft {
  readonly title: string;
  readonly kind: Task['kind'];
  readonly note: string;
  readonly ownerId: Id | null;
  readonly due: string;
  /** Minutes before it is due; null: none. */
  readonly remindBefore: number | null;
  readonly steps: readonly DraftStep[];
}

export default function TaskDialog({
  conversationId,
  contactName,
  task,
  messageIds,
  pattern,
  onClose,
}: TaskDialogProps) {
  const me = useStore((state) => state.me);
  const agents = useStore((state) => state.agents);
  const first = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState<Draft>(() => {
    if (task) return draftOf(task);
    const fresh = newDraft(messageIds, me);
    return pattern ? fromPattern(pattern, fresh) : fresh;
  });
  const submit = useSubmit(['title', 'note', 'owner_id', 'due_at', 'remind_at', 'checklist']);
  const edit = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const due = fromField(draft.due);
  const zone = useCustomersZone(conversationId, task);
  const remindAt = due && draft.remindBefore !== null ? new Date(due.getTime() - draft.remindBefore * MINUTE_MS) : null;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      const values = {
        title: draft.title,
        kind: draft.kind,
        note: draft.note,
        owner_id: draft.ownerId,
        due_at: due?.toISOString() ?? null,
        remind_at: remindAt?.toISOString() ?? null,
        checklist: keptSteps(draft.steps),
      };
      if (task) await patchTask(task.id, values);
      else await postTask(conversationId, { ...values, message_ids: [...messageIds] });
      showToast(task ? t('common.saved') : t('task.made', { name: contactName }));
      onClose();
    });
  }

  const owners = [...agents.values()]
    .filter((agent) => agent.is_active || agent.id === draft.ownerId)
    .sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name))
    .map((agent) => ({
      value: agent.id,
      label: agent.id === me ? t('assignee.me', { name: agent.name }) : agent.name,
    }));
  const form = useId();
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={
        task
          ? t('task.change')
          : messageIds.length > 0
            ? t('task.of_messages', { count: messageIds.length })
            : t('task.new')
      }
      initialFocus={first}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" form={form} look="filled" isBusy={submit.isBusy}>
            {task ? t('common.save') : t('task.make')}
          </Button>
        </>
      }
    >
      <form id={form} className="flex flex-col gap-4" onSubmit={(event) => void save(event)}>
        {!task && (
          <Patterns draft={draft} first={pattern} onPattern={(picked) => setDraft(fromPattern(picked, draft))} />
        )}
        <TextField
          ref={first}
          label={t('task.what')}
          value={draft.title}
          maxLength={200}
          onValueChange={(title) => edit({ title })}
          error={submit.errors['title']}
        />
        <div className="grid grid-cols-2 gap-3">
          <Select
            label={t('task.kind')}
            value={draft.kind}
            options={[
              { value: 'task', label: t('task.task') },
              { value: 'call_back', label: t('task.call_back') },
            ]}
            onValueChange={(kind: Task['kind']) => edit({ kind })}
          />
          <Select
            label={t('task.owner')}
            value={draft.ownerId ?? NOBODY}
            options={[...owners, { value: NOBODY, label: t('assignee.nobody') }]}
            onValueChange={(id) => edit({ ownerId: id === NOBODY ? null : id })}
          />
          <TextField
            label={t('task.due')}
            type="datetime-local"
            value={draft.due}
            onValueChange={(value) => edit({ due: value })}
            error={submit.errors['due_at']}
            hint={due ? hintOf(due, zone, contactName) : undefined}
          />
          <Select
            label={t('task.remind')}
            value={String(draft.remindBefore)}
            disabled={!due}
            options={[
              { value: 'null', label: t('task.remind_never') },
              ...withOwn(draft.remindBefore).map((minutes) => ({
                value: String(minutes),
                label: reminderName(minutes),
              })),
            ]}
            onValueChange={(value) => edit({ remindBefore: value === 'null' ? null : Number(value) })}
          />
        </div>
        {submit.errors['remind_at'] && <InlineError>{submit.errors['remind_at']}</InlineError>}
        <Note text={draft.note} onText={(note) => edit({ note })} />
        <Steps steps={draft.steps} onSteps={(steps) => edit({ steps })} />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}

/** Where the customer is: a task knows it, a new one asks their contact. */
function useCustomersZone(conversationId: Id, task: Task | null): string {
  return useStore((state) => {
    if (task) return task.time_zone;
    return state.conversations.get(conversationId)?.contact.time_zone ?? '';
  });
}

/** What the customer's clock shows then, where it is another one. */
function hintOf(at: Date, zone: string, name: string): string | undefined {
  if (zone === '' || !areApart(zone, '', at)) return undefined;
  const when = formatDate(at, { weekday: 'long', hour: '2-digit', minute: '2-digit', timeZone: zone });
  return t('schedule.own_theirs', { when, name: name.split(' ')[0] || name });
}

function Note({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-14 font-medium">
        {t('task.note')}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={2}
        maxLength={4096}
        value={text}
        onChange={(event) => onText(event.target.value)}
        className="rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-14 pointer-coarse:text-16"
      />
    </div>
  );
}

interface PatternsProps {
  readonly draft: Draft;
  /** Taken already. */
  readonly first?: TaskPattern;
  readonly onPattern: (pattern: TaskPattern) => void;
}

/** What a task may begin with, and the way to keep this one as such. */
function Patterns({ draft, first, onPattern }: PatternsProps) {
  const [patterns, setPatterns] = useState<readonly TaskPattern[]>(first ? [first] : []);
  const [chosen, setChosen] = useState(first?.id ?? NO_PATTERN);
  useEffect(() => {
    let isCurrent = true;
    fetchTaskPatterns().then(
      (found) => isCurrent && setPatterns(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  const fail = (error: unknown) => showToast(problemText(error), { isError: true });
  const keep = () => {
    const due = fromField(draft.due);
    postTaskPattern({
      name: draft.title,
      title: draft.title,
      kind: draft.kind,
      checklist: keptSteps(draft.steps).map((step) => ({ ...step, is_done: false })),
      due_in_minutes: due ? Math.max(0, Math.round((due.getTime() - Date.now()) / MINUTE_MS)) : null,
      remind_before_minutes: draft.remindBefore,
    }).then((made) => {
      setPatterns([...patterns, made]);
      setChosen(made.id);
      showToast(t('task.pattern_kept', { name: made.name }));
    }, fail);
  };
  const forget = (id: Id) => {
    deleteTaskPattern(id).then(() => {
      setPatterns(patterns.filter((pattern) => pattern.id !== id));
      setChosen(NO_PATTERN);
    }, fail);
  };
  return (
    <div className="flex flex-wrap items-end gap-2">
      {patterns.length > 0 && (
        <Select
          label={t('task.pattern')}
          value={chosen}
          options={[
            { value: NO_PATTERN, label: t('task.pattern_none') },
            ...patterns.map((pattern) => ({ value: pattern.id, label: pattern.name })),
          ]}
          onValueChange={(id) => {
            setChosen(id);
            const pattern = patterns.find((one) => one.id === id);
            if (pattern) onPattern(pattern);
          }}
          className="min-w-40 flex-1"
        />
      )}
      {chosen === NO_PATTERN ? (
        <Button look="plain" disabled={draft.title.trim() === ''} onClick={keep}>
          {t('task.pattern_keep')}
        </Button>
      ) : (
        <Button look="plain" onClick={() => forget(chosen)}>
          {t('task.pattern_forget')}
        </Button>
      )}
    </div>
  );
}

function newDraft(messageIds: readonly Id[], me: Id): Draft {
  const messages = messageIds.flatMap((id) => getState().messages.get(id) ?? []);
  return {
    title: firstLine(messages[0]),
    kind: 'task',
    note: messages.map((message) => describeContent(message.content)).join('\n'),
    ownerId: me,
    due: '',
    remindBefore: null,
    steps: [],
  };
}

function firstLine(message: Message | undefined): string {
  return message ? (describeContent(message.content).split('\n')[0] ?? '').slice(0, 80) : '';
}

function draftOf(task: Task): Draft {
  const { due_at, remind_at } = task;
  return {
    title: task.title,
    kind: task.kind,
    note: task.note,
    ownerId: task.owner_id,
    due: due_at === null ? '' : asField(new Date(due_at)),
    remindBefore:
      due_at === null || remind_at === null
        ? null
        : Math.round((Date.parse(due_at) - Date.parse(remind_at)) / MINUTE_MS),
    steps: draftSteps(task.checklist),
  };
}

function fromPattern(pattern: TaskPattern, draft: Draft): Draft {
  const due = dueOf(pattern, Date.now());
  return {
    ...draft,
    title: pattern.title,
    kind: pattern.kind,
    due: due === null ? draft.due : asField(new Date(due)),
    remindBefore: pattern.remind_before_minutes,
    steps: draftSteps(pattern.checklist),
  };
}

function withOwn(minutes: number | null): readonly number[] {
  const all: readonly number[] = REMINDERS;
  return minutes === null || all.includes(minutes) ? all : [...all, minutes].sort((a, b) => a - b);
}

function reminderName(minutes: number): string {
  if (minutes === 0) return t('task.remind_then');
  if (minutes % 1440 === 0) return t('task.remind_days', { count: minutes / 1440 });
  if (minutes % 60 === 0) return t('task.remind_hours', { count: minutes / 60 });
  return t('task.remind_minutes', { count: minutes });
}
