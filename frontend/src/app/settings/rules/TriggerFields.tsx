import { useState } from 'react';
import type { Names } from '@/app/macros/names';
import { choicesOf, countsHours, isTime, nameOfOccasion, OCCASIONS } from '@/app/rules/describe';
import type { Occasion, Trigger } from '@/app/rules/types';
import { t } from '@/shared/i18n';
import { FieldNote } from '@/shared/ui/InlineError';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { readSpan, unitOf, UNITS, type Unit } from './span';

const USUAL_MINUTES = 30;

export interface TriggerFieldsProps {
  readonly start: Trigger;
  readonly names: Names;
  readonly error: string | undefined;
  /** Mark what is not finished: somebody wanted to go on with it. */
  readonly isStrict: boolean;
  /** Null: what was typed is no length of time. */
  readonly onChange: (trigger: Trigger | null) => void;
}

/** When a rule is asked: what happens, or how long something lasts. */
export function TriggerFields({ start, names, error, isStrict, onChange }: TriggerFieldsProps) {
  const [on, setOn] = useState<Occasion>(start.on);
  const [of, setOf] = useState<readonly string[]>(start.of);
  const minutes = start.minutes || USUAL_MINUTES;
  const [unit, setUnit] = useState<Unit>(unitOf(minutes));
  const [amount, setAmount] = useState(String(minutes / UNITS[unit]));
  const [isOpen, setOpen] = useState(start.is_business_time);
  const choices = choicesOf(on, names);
  const span = readSpan(amount, unit);

  function tell(next: { on?: Occasion; of?: readonly string[]; amount?: string; unit?: Unit; isOpen?: boolean }): void {
    const now = { on, of, amount, unit, isOpen, ...next };
    const length = readSpan(now.amount, now.unit);
    if (isTime(now.on) && length === null) onChange(null);
    else
      onChange({
        on: now.on,
        of: [...now.of],
        minutes: isTime(now.on) && length !== null ? length : 0,
        is_business_time: countsHours(now.on) && now.isOpen,
      });
  }

  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">{t('rules.when')}</legend>
      <div className="flex flex-wrap items-end gap-3 *:min-w-44 *:flex-1">
        <Select<Occasion>
          label={t('rules.when')}
          value={on}
          options={OCCASIONS.map((one) => ({ value: one, label: nameOfOccasion(one) }))}
          onValueChange={(next) => {
            setOn(next);
            setOf([]);
            tell({ on: next, of: [] });
          }}
        />
        {choices !== null && (
          <MultiSelect
            label={t('rules.which')}
            placeholder={t('rules.any')}
            values={of}
            options={choices}
            onValuesChange={(next) => {
              setOf(next);
              tell({ of: next });
            }}
          />
        )}
      </div>
      {isTime(on) && (
        <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
          <TextField
            label={t('rules.long')}
            inputMode="numeric"
            maxLength={6}
            autoComplete="off"
            value={amount}
            error={isStrict && span === null ? t('rules.no_number') : undefined}
            onValueChange={(next) => {
              setAmount(next);
              tell({ amount: next });
            }}
          />
          <Select<Unit>
            label={t('rules.unit')}
            value={unit}
            options={(Object.keys(UNITS) as Unit[]).map((one) => ({ value: one, label: t(`rules.unit_${one}`) }))}
            onValueChange={(next) => {
              setUnit(next);
              tell({ unit: next });
            }}
          />
          {countsHours(on) && (
            <Select<'always' | 'open'>
              label={t('rules.counts')}
              className="col-span-2"
              value={isOpen ? 'open' : 'always'}
              options={[
                { value: 'always', label: t('rules.counts_always') },
                { value: 'open', label: t('rules.counts_open') },
              ]}
              onValueChange={(next) => {
                setOpen(next === 'open');
                tell({ isOpen: next === 'open' });
              }}
            />
          )}
        </div>
      )}
      {isTime(on) && <p className="text-13 text-muted">{t('rules.from_now_on')}</p>}
      {error !== undefined && (
        <FieldNote id="rule-trigger" state="failed">
          {error}
        </FieldNote>
      )}
    </fieldset>
  );
}
