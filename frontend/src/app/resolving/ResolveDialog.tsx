/** What is missing before a conversation is resolved, in one small form: Enter goes on, and resolves once all is there. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { answerOf, client } from '@/shared/api/client';
import type { Field, FieldValue, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { ask } from '@/shared/store/ask';
import { useStore } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit, type Submit } from '@/shared/useSubmit';
import { numberOf } from '../contact/fields';
import { findLabels, labelsOfKind } from '../labels/labels';
import { resolved } from '../thread/actions';
import { Choices, type Option } from './Choices';
import { closeQuestion, useQuestion, type Question } from './finish';

const SHOWN_LABELS = 24;

export default function ResolveDialog() {
  const question = useQuestion();
  return question && <Form key={question.conversation.id} {...question} />;
}

function Form({ conversation, lacksLabel, missing, typed, onResolved }: Question) {
  const [labelId, setLabelId] = useState<Id | null>(null);
  const [values, setValues] = useState<Readonly<Record<Id, FieldValue>>>({});
  const body = useRef<HTMLDivElement>(null);
  const submit = useSubmit(missing.map(({ id }) => `fields.${id}`));

  async function save(label: Id | null, filled: Readonly<Record<Id, FieldValue>>): Promise<void> {
    const open = [...(lacksLabel && label === null ? ['label'] : []), ...missing.map(({ id }) => id)].find(
      (place) => place === 'label' || filled[place] === undefined,
    );
    if (open !== undefined) return focusOn(open);
    const isDone = await submit.run(async () => {
      const work = () =>
        answerOf(
          client.POST('/api/conversations/{conversation_id}/resolve', {
            params: { path: { conversation_id: conversation.id } },
            body: { label_ids: label === null ? [] : [label], fields: wireValues(missing, filled) },
          }),
        );
      resolved(conversation, await ask(work));
    });
    if (!isDone) return;
    closeQuestion();
    onResolved();
  }
  const focusOn = (place: string) =>
    body.current?.querySelector<HTMLElement>(`[data-place="${place}"] :is(input, [tabindex="0"])`)?.focus();
  const fill = (field: Field, value: FieldValue | undefined) => {
    submit.clear(`fields.${field.id}`);
    setValues((before) => {
      const { [field.id]: _, ...others } = before;
      return value === undefined ? others : { ...others, [field.id]: value };
    });
  };

  return (
    <FormDialog
      title={t('resolve.title')}
      description={t('resolve.text', { name: conversation.contact.name })}
      action={t('thread.resolve')}
      submit={submit}
      onSubmit={() => void save(labelId, values)}
      onClose={closeQuestion}
    >
      <div ref={body} className="flex flex-col gap-4">
        {lacksLabel && (
          <LabelField
            typed={typed}
            chosenId={labelId}
            onChoose={(id) => {
              setLabelId(id);
              void save(id, values);
            }}
          />
        )}
        {missing.map((field, place) => (
          <div key={field.id} data-place={field.id}>
            <FieldInput
              field={field}
              value={values[field.id]}
              isFirst={place === 0 && !lacksLabel}
              submit={submit}
              onChange={(value) => fill(field, value)}
              onChosen={(value) => {
                fill(field, value);
                void save(labelId, { ...values, [field.id]: value });
              }}
            />
          </div>
        ))}
      </div>
    </FormDialog>
  );
}

interface LabelFieldProps {
  readonly typed: string;
  readonly chosenId: Id | null;
  readonly onChoose: (id: Id) => void;
}

/** Letters find it, arrows point, Enter puts it on. */
function LabelField({ typed, chosenId, onChoose }: LabelFieldProps) {
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
        autoFocus
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

function FieldInput({ field, value, isFirst, submit, onChange, onChosen }: FieldInputProps) {
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
function wireValues(fields: readonly Field[], filled: Readonly<Record<Id, FieldValue>>): Record<Id, FieldValue> {
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
