/** Builds a filter: conditions that all or any must hold, with groups inside. For views, segments and rules alike. */
import { FolderPlus, Plus, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Filter, FilterCondition, FilterField, FilterOperator } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { nameOfField, nameOfOperator, type Fields } from './fields';
import {
  appended,
  conditionsOf,
  DEEPEST,
  MOST_CONDITIONS,
  newCondition,
  partsOf,
  replaced,
  withOperator,
  type Place,
} from './filter';
import { ValueInput } from './ValueInput';

export interface FilterBuilderProps {
  readonly fields: Fields;
  readonly value: Filter;
  readonly onValueChange: (filter: Filter) => void;
  /** What is looked for, as the beginning of a sentence that the first condition ends. */
  readonly where: string;
  /** Mark what is not finished: somebody wanted to go on with it. */
  readonly isStrict?: boolean;
}

export function FilterBuilder({ fields, value, onValueChange, where, isStrict = false }: FilterBuilderProps) {
  const root = useRef<HTMLDivElement>(null);
  const [fresh, setFresh] = useState<string | null>(null);
  // What was just added is what the hands go on with.
  useEffect(() => {
    if (fresh === null) return;
    root.current?.querySelector<HTMLElement>(`[data-place="${fresh}"] [role=combobox]`)?.focus();
    setFresh(null);
  }, [fresh]);
  const add = (group: Place, part: FilterCondition | Filter) => {
    const { filter, place } = appended(value, group, part);
    onValueChange(filter);
    setFresh((part.kind === 'group' ? [...place, 0] : place).join('.'));
  };
  const isFull = conditionsOf(value).length >= MOST_CONDITIONS;
  return (
    <div ref={root}>
      <Group
        group={value}
        place={[]}
        fields={fields}
        where={where}
        isStrict={isStrict}
        isFull={isFull}
        onChange={(place, part) => {
          onValueChange(replaced(value, place, part));
          if (part === null) root.current?.querySelector<HTMLElement>('[data-add]')?.focus();
        }}
        onAdd={add}
      />
    </div>
  );
}

interface PartProps {
  readonly place: Place;
  readonly fields: Fields;
  readonly where: string;
  readonly isStrict: boolean;
  readonly isFull: boolean;
  readonly onChange: (place: Place, part: FilterCondition | Filter | null) => void;
  readonly onAdd: (group: Place, part: FilterCondition | Filter) => void;
}

function Group({ group, ...props }: PartProps & { readonly group: Filter }) {
  const { place, fields, where, isFull, onChange, onAdd } = props;
  const parts = partsOf(group);
  const first = fields.values().next().value;
  const isInner = place.length > 0;
  const id = useId();
  return (
    <div
      role="group"
      aria-labelledby={id}
      className={cx('flex flex-col gap-2', isInner && 'rounded-lg border border-line bg-canvas p-2')}
    >
      <div className="flex min-h-8 items-center gap-2">
        <span id={id} className={cx('text-13 text-muted', parts.length < 2 && 'sr-only')}>
          {t('filter.match')}
        </span>
        {parts.length > 1 && (
          <Select
            label={t('filter.match')}
            isLabelHidden
            value={group.match}
            options={[
              { value: 'all', label: t('filter.match_all') },
              { value: 'any', label: t('filter.match_any') },
            ]}
            onValueChange={(match) => onChange(place, { ...group, match })}
          />
        )}
        {parts.length < 2 && !isInner && <span className="text-13 text-muted">{where}</span>}
        {isInner && (
          <span className="ms-auto">
            <IconButton icon={X} size={28} label={t('filter.remove_group')} onClick={() => onChange(place, null)} />
          </span>
        )}
      </div>
      {parts.map((part, index) => {
        const below = [...place, index];
        return part.kind === 'group' ? (
          <Group key={index} {...props} group={part} place={below} />
        ) : (
          <Row key={index} {...props} condition={part} place={below} />
        );
      })}
      <div className="flex flex-wrap gap-2">
        <Button
          data-add=""
          look="link"
          size="small"
          icon={Plus}
          disabled={isFull || !first}
          onClick={() => first && onAdd(place, newCondition(first))}
        >
          {t('filter.add')}
        </Button>
        {place.length < DEEPEST - 1 && parts.length > 0 && (
          <Button
            look="link"
            size="small"
            icon={FolderPlus}
            disabled={isFull || !first}
            onClick={() => first && onAdd(place, { kind: 'group', match: 'any', of: [newCondition(first)] })}
          >
            {t('filter.add_group')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Row({ condition, ...props }: PartProps & { readonly condition: FilterCondition }) {
  const { place, fields, isStrict, onChange } = props;
  const field = fields.get(condition.field);
  const set = (next: FilterCondition) => onChange(place, next);
  return (
    <div
      data-place={place.join('.')}
      role="group"
      aria-label={field ? nameOfField(field) : t('filter.gone')}
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_32px] items-start gap-2 md:grid-cols-[minmax(0,10rem)_minmax(0,9rem)_minmax(0,1fr)_32px] pointer-coarse:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_44px] md:pointer-coarse:grid-cols-[minmax(0,10rem)_minmax(0,9rem)_minmax(0,1fr)_44px]"
    >
      <Select
        label={t('filter.field')}
        isLabelHidden
        value={condition.field}
        options={[
          ...(field ? [] : [{ value: condition.field, label: t('filter.gone') }]),
          ...[...fields.values()].map((one) => ({ value: one.id, label: nameOfField(one) })),
        ]}
        onValueChange={(id) => {
          const chosen = fields.get(id);
          if (chosen) set(newCondition(chosen));
        }}
      />
      {field && (
        <Select
          label={t('filter.operator')}
          isLabelHidden
          value={condition.operator}
          options={field.operators.map((one) => ({ value: one, label: nameOfOperator(field, one) }))}
          onValueChange={(operator: FilterOperator) => set(withOperator(field, operator, condition))}
        />
      )}
      {field && <Value field={field} condition={condition} isStrict={isStrict} onChange={set} />}
      <span className="col-start-3 row-start-1 justify-self-end md:col-start-4">
        <IconButton icon={X} label={t('filter.remove')} onClick={() => onChange(place, null)} />
      </span>
    </div>
  );
}

interface ValueProps {
  readonly field: FilterField;
  readonly condition: FilterCondition;
  readonly isStrict: boolean;
  readonly onChange: (condition: FilterCondition) => void;
}

function Value({ field, condition, isStrict, onChange }: ValueProps) {
  return (
    <div className="max-md:col-span-2 max-md:row-start-2 empty:hidden">
      <ValueInput
        field={field}
        condition={condition}
        isStrict={isStrict}
        onValuesChange={(values) => onChange({ ...condition, values })}
      />
    </div>
  );
}
