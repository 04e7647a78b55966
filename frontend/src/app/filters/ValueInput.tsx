/** What a condition is answered with: a text, a number, a date, a span, or some of what there is. */
import { X } from 'lucide-react';
import { useSignedIn } from '@/shared/api/session';
import type { FilterCondition, FilterField } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { Select, type SelectOption } from '@/shared/ui/Select';
import { CompanyPicker } from '../companies/CompanyPicker';
import { countryOptions } from '../contact/countries';
import { keepCompanyName, useCompanyNames } from '../companies/names';
import { labelsOfKind } from '../labels/labels';
import { useStages } from '../stages/useStages';
import { nameOfOption } from './fields';
import { isComplete, shapeOf } from './filter';

export interface ValueInputProps {
  readonly field: FilterField;
  readonly condition: FilterCondition;
  readonly isStrict: boolean;
  readonly onValuesChange: (values: string[]) => void;
}

export function ValueInput(props: ValueInputProps) {
  const { field, condition, isStrict, onValuesChange } = props;
  const value = condition.values?.[0] ?? '';
  const isWrong = isStrict && !isComplete(condition, field);
  switch (shapeOf(field.kind, condition.operator)) {
    case 'none':
      return null;
    case 'several':
      if (field.kind === 'company') return <Companies {...props} isWrong={isWrong} />;
      return <Several {...props} isWrong={isWrong} />;
    case 'span':
      return <Span value={value} isWrong={isWrong} onChange={(next) => onValuesChange([next])} />;
    case 'date':
      return (
        <Line
          type="date"
          value={dateOf(value)}
          isWrong={isWrong}
          onChange={(next) => onValuesChange(next === '' ? [] : [momentOf(next)])}
        />
      );
    case 'number':
      return (
        <Line
          inputMode="decimal"
          value={value}
          isWrong={isWrong}
          onChange={(next) => onValuesChange([next.replace(',', '.')])}
        />
      );
    case 'text':
      return <Line value={value} maxLength={100} isWrong={isWrong} onChange={(next) => onValuesChange([next])} />;
  }
}

interface LineProps {
  readonly value: string;
  readonly isWrong: boolean;
  readonly onChange: (value: string) => void;
  readonly type?: 'date';
  readonly inputMode?: 'decimal' | 'numeric';
  readonly maxLength?: number;
  readonly className?: string;
}

function Line({ value, isWrong, onChange, className, ...rest }: LineProps) {
  return (
    <input
      {...rest}
      dir="auto"
      autoComplete="off"
      aria-label={t('filter.value')}
      aria-invalid={isWrong || undefined}
      placeholder={rest.type === 'date' ? undefined : t('filter.value')}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={cx(
        'h-8 w-full min-w-0 rounded-md border bg-raised px-2.5 text-14 text-ink placeholder:text-muted pointer-coarse:h-11 pointer-coarse:text-16',
        isWrong ? 'border-danger' : 'border-line-strong',
        className,
      )}
    />
  );
}

const UNITS = ['m', 'h', 'd'] as const;

function Span({ value, isWrong, onChange }: Pick<LineProps, 'value' | 'isWrong' | 'onChange'>) {
  const unit = UNITS.find((one) => value.endsWith(one)) ?? 'h';
  const amount = value.slice(0, -1);
  return (
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-2">
      <Line
        inputMode="numeric"
        maxLength={5}
        value={amount}
        isWrong={isWrong}
        onChange={(next) => onChange(next.replace(/\D/g, '') + unit)}
      />
      <Select
        label={t('filter.unit')}
        isLabelHidden
        value={unit}
        options={UNITS.map((one) => ({ value: one, label: t(`filter.unit_${one}`) }))}
        onValueChange={(next) => onChange(amount + next)}
      />
    </div>
  );
}

function Several({ field, condition, isWrong, onValuesChange }: ValueInputProps & { readonly isWrong: boolean }) {
  const known = useOptions(field);
  const values = condition.values ?? [];
  // What is not there any more stays in the filter until somebody takes it out.
  const gone = values
    .filter((value) => !known.some((option) => option.value === value))
    .map((value) => ({ value, label: t('filter.gone') }));
  return (
    <MultiSelect
      label={t('filter.value')}
      values={values}
      options={[...known, ...gone]}
      onValuesChange={onValuesChange}
      placeholder={t('filter.choose')}
      isWrong={isWrong}
    />
  );
}

/** There may be thousands: each is found by its letters, and those that are chosen stand beside. */
function Companies({ condition, isWrong, onValuesChange }: ValueInputProps & { readonly isWrong: boolean }) {
  const values = condition.values ?? [];
  const names = useCompanyNames(values);
  return (
    <div className="flex flex-wrap items-center gap-1">
      {values.map((id) => (
        <span key={id} className="inline-flex h-8 max-w-full items-center gap-1 rounded-md bg-press ps-2 text-13">
          <bdi className="truncate">{names.get(id) ?? t('filter.gone')}</bdi>
          <IconButton
            icon={X}
            size={28}
            label={t('filter.take_out', { name: names.get(id) ?? t('filter.gone') })}
            onClick={() => onValuesChange(values.filter((one) => one !== id))}
          />
        </span>
      ))}
      <CompanyPicker
        title={t('filter.value')}
        onPick={(company) => {
          if (company === null) return;
          keepCompanyName(company);
          onValuesChange([...values.filter((one) => one !== company.id), company.id]);
        }}
        trigger={
          <button
            type="button"
            className={cx(
              'flex h-8 min-w-24 flex-1 items-center rounded-md border bg-raised px-2.5 text-start text-14 text-muted hover:bg-hover pointer-coarse:h-11',
              isWrong ? 'border-danger' : 'border-line-strong',
            )}
          >
            {t('filter.choose')}
          </button>
        }
      />
    </div>
  );
}

function useOptions(field: FilterField): readonly SelectOption<string>[] {
  const channels = useStore((state) => state.channels);
  const agents = useStore((state) => state.agents);
  const labels = useStore((state) => state.labels);
  const teams = useStore((state) => state.teams);
  const stages = useStages();
  const { agent: me } = useSignedIn();
  switch (field.kind) {
    case 'channel':
      return [...channels.values()].map(({ id, name }) => ({ value: id, label: name }));
    case 'agent':
    case 'agents':
      return [
        { value: 'me', label: t('filter.me') },
        ...[...agents.values()]
          .filter((agent) => agent.id !== me.id)
          .map(({ id, name }) => ({ value: id, label: name }))
          .sort((a, b) => a.label.localeCompare(b.label)),
      ];
    case 'team':
      return [...teams.values()].map(({ id, name }) => ({ value: id, label: name }));
    case 'stage':
      return (stages ?? []).map(({ id, name }) => ({ value: id, label: name }));
    case 'labels':
      return labelsOfKind(field.subject, labels).map(({ id, name }) => ({ value: id, label: name }));
    case 'country':
      return countryOptions();
    case 'choice':
    case 'choices':
      return field.options.map((option) => ({ value: option, label: nameOfOption(field, option) }));
    default:
      return [];
  }
}

/** Dates are days of whoever looks, from their midnight on. */
function momentOf(day: string): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date).toISOString();
}

function dateOf(moment: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
