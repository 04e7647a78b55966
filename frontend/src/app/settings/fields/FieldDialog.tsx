import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Field, FieldOwner, FieldType, LabelColour } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { InlineError } from '@/shared/ui/InlineError';
import { LABEL_COLOURS } from '@/shared/ui/LabelMark';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';

export const FIELD_TYPES: readonly FieldType[] = [
  'text',
  'number',
  'date',
  'choice',
  'choices',
  'boolean',
  'link',
  'email',
  'phone',
];

interface DraftOption {
  /** Absent: a new one. */
  readonly id?: string;
  readonly key: number;
  readonly name: string;
  readonly colour: LabelColour;
}

export interface FieldDialogProps {
  readonly owner: FieldOwner;
  /** Absent: a new one is made. */
  readonly field?: Field;
  readonly onClose: () => void;
}

let lastKey = 0;

/** A name, a type for good, and the options of a choice. */
export function FieldDialog({ owner, field, onClose }: FieldDialogProps) {
  const [name, setName] = useState(field?.name ?? '');
  const [type, setType] = useState<FieldType>(field?.type ?? 'text');
  const [options, setOptions] = useState<readonly DraftOption[]>(
    () => field?.options.map((option) => ({ ...option, colour: option.colour ?? 'grey', key: (lastKey += 1) })) ?? [],
  );
  const submit = useSubmit(['name', 'options']);
  const hasOptions = type === 'choice' || type === 'choices';

  async function save(): Promise<void> {
    const kept = hasOptions
      ? options
          .filter((option) => option.name.trim() !== '')
          .map(({ id, name, colour }) => ({ id: id ?? null, name: name.trim(), colour }))
      : [];
    const isSaved = await submit.run(async () => {
      const body = { name: name.trim(), options: kept };
      if (field === undefined) await request('POST', '/api/fields', { body: { owner, type, ...body } });
      else await request('PATCH', `/api/fields/${field.id}`, { body });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={field === undefined ? t(`settings.fields.create_${owner}`) : t('settings.fields.edit_title')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.fields.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={name}
        {...submit.field('name', setName)}
      />
      {field === undefined ? (
        <Select
          label={t('settings.fields.type')}
          value={type}
          options={FIELD_TYPES.map((value) => ({ value, label: t(`settings.fields.type_${value}`) }))}
          onValueChange={setType}
        />
      ) : (
        <p className="text-13 text-muted">
          {t('settings.fields.type_stays', { type: t(`settings.fields.type_${type}`) })}
        </p>
      )}
      {hasOptions && (
        <Options
          options={options}
          error={submit.errors.options}
          onChange={(next) => {
            submit.clear('options');
            setOptions(next);
          }}
        />
      )}
    </FormDialog>
  );
}

interface OptionsProps {
  readonly options: readonly DraftOption[];
  readonly error: string | undefined;
  readonly onChange: (options: readonly DraftOption[]) => void;
}

function Options({ options, error, onChange }: OptionsProps) {
  const change = (key: number, part: Partial<DraftOption>) =>
    onChange(options.map((option) => (option.key === key ? { ...option, ...part } : option)));
  const move = (place: number, by: number) => {
    const next = [...options];
    const [taken] = next.splice(place, 1);
    if (taken) next.splice(place + by, 0, taken);
    onChange(next);
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1.5 text-14 font-medium">{t('settings.fields.options')}</legend>
      {options.map((option, place) => (
        <div key={option.key} className="flex flex-wrap items-center gap-1">
          <input
            dir="auto"
            autoFocus={option.name === ''}
            value={option.name}
            maxLength={100}
            aria-label={t('settings.fields.option', { number: place + 1 })}
            onChange={(event) => change(option.key, { name: event.target.value })}
            className="h-8 min-w-32 flex-1 rounded-md border border-line-strong bg-raised px-2.5 text-14 pointer-coarse:h-11 pointer-coarse:text-16"
          />
          <Select
            label={t('settings.labels.colour')}
            isLabelHidden
            value={option.colour}
            options={LABEL_COLOURS.map((value) => ({ value, label: t(`settings.labels.colour_${value}`) }))}
            onValueChange={(colour) => change(option.key, { colour })}
          />
          <IconButton
            icon={ArrowUp}
            size={28}
            label={t('settings.fields.option_up', { name: option.name })}
            disabled={place === 0}
            onClick={() => move(place, -1)}
          />
          <IconButton
            icon={ArrowDown}
            size={28}
            label={t('settings.fields.option_down', { name: option.name })}
            disabled={place === options.length - 1}
            onClick={() => move(place, 1)}
          />
          <IconButton
            icon={X}
            size={28}
            label={t('settings.fields.option_remove', { name: option.name })}
            onClick={() => onChange(options.filter(({ key }) => key !== option.key))}
          />
        </div>
      ))}
      {error !== undefined && <InlineError>{error}</InlineError>}
      <span>
        <Button
          icon={Plus}
          size="small"
          onClick={() =>
            onChange([
              ...options,
              {
                key: (lastKey += 1),
                name: '',
                colour: LABEL_COLOURS[options.length % LABEL_COLOURS.length] as LabelColour,
              },
            ])
          }
        >
          {t('settings.fields.option_add')}
        </Button>
      </span>
    </fieldset>
  );
}
