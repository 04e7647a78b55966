/** What is asked for before a conversation is resolved: a label, and a field of any type. */
import { useState, type KeyboardEvent } from 'react';
import type { Field, FieldValue, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { TextField } from '@/shared/ui/TextField';
import type { Submit } from '@/shared/useSubmit';
import { numberOf } from '../contact/fields';
import { findLabels, labelsOfKind } from '../labels/labels';
import { Choices, type Option } from './Choices';

const SHOWN_LABELS = 24;

interface LabelFieldProps {
  readonly typed: string;
  readonly chosenId: Id | null;
  /** It takes the keys as soon as it stands. */
  readonly isFirst?: boolean;
  readonly onChoose: (id: Id) => void;
}

/** Letters find it, arrows point, Enter puts it on. */
export function LabelField({ typed, chosenId, isFirst = true, onChoose }: LabelFieldProps) {
  const labels = useStore((state) => state.labels);
  const [search, setSearch] = useState(typed);
  const [place, setPlace] = useState(0);
  const found = findLabels(labelsOfKind('conversation', labels), search).slice(0, SHOWN_LABELS);
  const pointed = Math.min(place, found.length - 1);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const label = found[pointed];
    if (event.key === 'ArrowDown') setPlace((pointed + 1) % Math.max(1, found.length));
    else if (event.key === 'ArrowUp') setPlace((pointed - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter' && label && label.id !== chosenId) onChoose(label.id);
    else return;
    event.preventDefault();
  };
  return (
    <div data-place="label" className="flex flex-col gap-2">
      <TextField
        label={t('resolve.label')}
        autoFocus={isFirst}
        autoComplete="off"
        dir="auto"
        maxLength={100}
        value={search}
        onValueChange={(text) => {
          setSearch(text);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Choices
        label={t('resolve.label')}
        options={found.map(({ id, name, colour }) => ({ id, name, colour }))}
        chosen={chosenId === null ? [] : [chosenId]}
        pointedId={found[pointed]?.id}
        isReachable={false}
        onChoose={onChoose}
      />
      {found.length === 0 && <p className="text-13 text-muted">{t('resolve.no_label')}</p>}
    </div>
  );
}

interface FieldInputProps {
  readonly field: Field;
  readonly value: FieldValue | undefined;
  readonly isFirst: boolean;
  readonly submit: Submit;
  readonly onChange: (value: FieldValue | undefined) => void;
  /** One that is said whole with one press: the form goes on. */
  readonly onChosen: (value: FieldValue) => void;
}

export function FieldInput({ field, value, isFirst, submit, onChange, onChosen }: FieldInputProps) {
  const label = field.owner === 'contact' ? t('resolve.of_contact', { field: field.name }) : field.name;
  switch (field.type) {
    case 'choice':
    case 'choices':
    case 'boolean': {
      const chosen = chosenOf(value);
      const isMany = field.type === 'choices';
      return (
        <Choices
          label={label}
          isShown
          isFirst={isFirst}
          isMany={isMany}
          options={field.type === 'boolean' ? yesAndNo() : field.options}
          chosen={chosen}
          error={submit.errors[`fields.${field.id}`]}
          onChoose={(id) => {
            if (!isMany) return onChosen(field.type === 'boolean' ? id === 'true' : id);
            const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
            onChange(next.length === 0 ? undefined : next);
          }}
        />
      );
    }
    default:
      return (
        <TextField
          {...INPUTS[field.type]}
          label={label}
          autoFocus={isFirst}
          autoComplete="off"
          maxLength={500}
          value={value === undefined ? '' : String(value)}
          {...submit.field(`fields.${field.id}`, (text) => onChange(text === '' ? undefined : text))}
        />
      );
  }
}

/** Numbers are typed as people write them. */
export function wireValues(fields: readonly Field[], filled: Readonly<Record<Id, FieldValue>>): Record<Id, FieldValue> {
  const numbers = new Set(fields.filter(({ type }) => type === 'number').map(({ id }) => id));
  return Object.fromEntries(
    Object.entries(filled).map(([id, value]) => [id, numbers.has(id) ? numberOf(String(value)) : value]),
  );
}

function chosenOf(value: FieldValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

function yesAndNo(): readonly Option[] {
  return [
    { id: 'true', name: t('contact.yes') },
    { id: 'false', name: t('contact.no') },
  ];
}

const INPUTS = {
  text: { dir: 'auto' },
  number: { inputMode: 'decimal', dir: 'ltr' },
  date: { type: 'date' },
  link: { type: 'url', dir: 'ltr' },
  email: { type: 'email', dir: 'ltr' },
  phone: { type: 'tel', dir: 'ltr' },
} as const;
