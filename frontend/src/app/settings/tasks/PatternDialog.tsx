import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { postTaskPattern, putTaskPattern } from '@/shared/api/calls';
import type { TaskPattern } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { draftSteps, keptSteps, Steps, type DraftStep } from '../../tasks/Steps';

const NEVER = 'never';
const DUE_IN = [60, 240, 1440, 2880, 4320, 10_080] as const;
const REMIND_BEFORE = [0, 15, 60, 1440] as const;

export interface PatternDialogProps {
  /** Null: a new one. */
  readonly pattern: TaskPattern | null;
  readonly onClose: () => void;
}

export function PatternDialog({ pattern, onClose }: PatternDialogProps) {
  const queries = useQueryClient();
  const [name, setName] = useState(pattern?.name ?? '');
  const [title, setTitle] = useState(pattern?.title ?? '');
  const [kind, setKind] = useState<TaskPattern['kind']>(pattern?.kind ?? 'task');
  const [dueIn, setDueIn] = useState(pattern?.due_in_minutes ?? null);
  const [remindBefore, setRemindBefore] = useState(pattern?.remind_before_minutes ?? null);
  const [steps, setSteps] = useState<readonly DraftStep[]>(() => draftSteps(pattern?.checklist ?? []));
  const submit = useSubmit(['name', 'title', 'checklist']);

  async function save(): Promise<void> {
    const values = {
      name: name.trim(),
      title: title.trim(),
      kind,
      checklist: keptSteps(steps),
      due_in_minutes: dueIn,
      remind_before_minutes: dueIn === null ? null : remindBefore,
    };
    const isSaved = await submit.run(async () => {
      if (pattern) await putTaskPattern({ id: pattern.id, ...values });
      else await postTaskPattern(values);
      await queries.invalidateQueries({ queryKey: ['task-patterns'] });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={pattern ? t('settings.patterns.change') : t('settings.patterns.create')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.patterns.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={name}
        {...submit.field('name', setName)}
      />
      <TextField
        label={t('task.what')}
        required
        maxLength={200}
        autoComplete="off"
        value={title}
        {...submit.field('title', setTitle)}
      />
      <Select
        label={t('task.kind')}
        value={kind}
        options={[
          { value: 'task', label: t('task.task') },
          { value: 'call_back', label: t('task.call_back') },
        ]}
        onValueChange={setKind}
      />
      <Select
        label={t('settings.patterns.due_in')}
        value={dueIn === null ? NEVER : String(dueIn)}
        options={[
          { value: NEVER, label: t('settings.patterns.undated') },
          ...withOwn(DUE_IN, dueIn).map((minutes) => ({ value: String(minutes), label: spanName(minutes) })),
        ]}
        onValueChange={(value) => setDueIn(value === NEVER ? null : Number(value))}
      />
      {dueIn !== null && (
        <Select
          label={t('task.remind')}
          value={remindBefore === null ? NEVER : String(remindBefore)}
          options={[
            { value: NEVER, label: t('task.remind_never') },
            ...withOwn(REMIND_BEFORE, remindBefore).map((minutes) => ({
              value: String(minutes),
              label: minutes === 0 ? t('task.remind_then') : t('settings.patterns.before', { span: spanName(minutes) }),
            })),
          ]}
          onValueChange={(value) => setRemindBefore(value === NEVER ? null : Number(value))}
        />
      )}
      <Steps steps={steps} isTicked={false} onSteps={setSteps} />
    </FormDialog>
  );
}

/** A span in the largest unit that divides it: 45 minutes, 3 hours, 2 days. */
export function spanName(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return t('settings.patterns.days', { count: minutes / 1440 });
  if (minutes > 0 && minutes % 60 === 0) return t('settings.patterns.hours', { count: minutes / 60 });
  return t('settings.patterns.minutes', { count: minutes });
}

function withOwn(offered: readonly number[], own: number | null): readonly number[] {
  return own === null || offered.includes(own) ? offered : [...offered, own].sort((a, b) => a - b);
}
