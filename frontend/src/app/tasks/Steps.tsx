import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { newId } from '@/shared/api/id';
import type { Id, Step } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';

export interface DraftStep extends Step {
  readonly key: Id;
}

export function draftSteps(steps: readonly Step[]): DraftStep[] {
  return steps.map((step) => ({ ...step, key: newId() }));
}

/** What is to be kept of them: those with words. */
export function keptSteps(steps: readonly DraftStep[]): Step[] {
  return steps.filter((step) => step.text.trim() !== '').map(({ text, is_done }) => ({ text: text.trim(), is_done }));
}

export interface StepsProps {
  readonly steps: readonly DraftStep[];
  /** A pattern's lines are done by nobody. */
  readonly isTicked?: boolean;
  readonly onSteps: (steps: readonly DraftStep[]) => void;
}

/** A check list as it is written. */
export function Steps({ steps, isTicked = true, onSteps }: StepsProps) {
  const [added, setAdded] = useState<Id | null>(null);
  const add = () => {
    const key = newId();
    setAdded(key);
    onSteps([...steps, { key, text: '', is_done: false }]);
  };
  const put = (key: Id, change: Partial<Step>) =>
    onSteps(steps.map((step) => (step.key === key ? { ...step, ...change } : step)));
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="pb-1.5 text-14 font-medium">{t('task.checklist')}</legend>
      {steps.map((step, index) => (
        <div key={step.key} className="flex items-center gap-2">
          {isTicked && (
            <input
              type="checkbox"
              checked={step.is_done}
              aria-label={t('task.step_done', { text: step.text })}
              onChange={(event) => put(step.key, { is_done: event.target.checked })}
              className="size-4 shrink-0 accent-(--accent)"
            />
          )}
          <input
            // In the very render that adds it: whoever types on loses no letter.
            autoFocus={step.key === added}
            dir="auto"
            value={step.text}
            maxLength={200}
            aria-label={t('task.step', { number: index + 1 })}
            onChange={(event) => put(step.key, { text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add();
            }}
            className="h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-raised px-2 text-14"
          />
          <IconButton
            icon={X}
            size={28}
            label={t('task.step_remove', { text: step.text })}
            onClick={() => onSteps(steps.filter((one) => one.key !== step.key))}
          />
        </div>
      ))}
      <Button look="plain" icon={Plus} onClick={add} className="self-start">
        {t('task.step_add')}
      </Button>
    </fieldset>
  );
}
