import { useState, type FormEvent } from 'react';
import type { ReplyVariable } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { placeOf, REPLY_VARIABLES, variableName } from '@/shared/replyVariables';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { Block } from '../parts/Page';
import { ReplyText } from '../replies/ReplyText';

const FIELD = 'settings.closing_text';
/** A greeting goes by the language of its text, and nobody says which this one has. */
const VARIABLES = REPLY_VARIABLES.filter((variable) => variable !== 'contact.greeting');

/** Nobody looks before it goes out: what may be unknown of a customer says what stands there then. */
function surePlace(variable: ReplyVariable): string {
  return variable.startsWith('contact.') ? placeOf(variable).replace('}}', ' | default: ""}}') : placeOf(variable);
}

/** What a customer reads when their conversation is resolved; empty: nothing. */
export function ClosingBlock({
  text: saved,
  onSave,
}: {
  readonly text: string;
  readonly onSave: (text: string) => Promise<void>;
}) {
  const [text, setText] = useState(saved);
  const submit = useSubmit([FIELD]);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      await onSave(text.trim());
      setText(text.trim());
      showToast(t('common.saved'));
    });
  }

  return (
    <Block title={t('settings.closing.title')} text={t('settings.closing.text')}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void save(event)}>
        <ReplyText
          label={t('settings.closing.label')}
          text={text}
          maxLength={1000}
          isOptional
          places={VARIABLES.map((variable) => ({ name: variableName(variable), text: surePlace(variable) }))}
          onText={(value) => {
            submit.clear(FIELD);
            setText(value);
          }}
          error={submit.errors[FIELD]}
        />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
        <Button type="submit" isBusy={submit.isBusy} disabled={text.trim() === saved} className="self-start">
          {t('common.save')}
        </Button>
      </form>
    </Block>
  );
}
