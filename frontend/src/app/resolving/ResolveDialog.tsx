/** What is missing before a conversation is resolved, in one small form: Enter goes on, and resolves once all is there. */
import { useRef, useState } from 'react';
import { answerOf, client } from '@/shared/api/client';
import type { Field, FieldValue, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { ask } from '@/shared/store/ask';
import { FormDialog } from '@/shared/ui/FormDialog';
import { useSubmit } from '@/shared/useSubmit';
import { resolved } from '../thread/actions';
import { closeQuestion, useQuestion, type Question } from './finish';
import { FieldInput, LabelField, wireValues } from './inputs';

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
