import { useState, type KeyboardEvent } from 'react';
import { deleteSpokenText, putSpokenText } from '@/shared/api/calls';
import type { Id, MediaContent, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { ask } from '@/shared/store/ask';
import { dispatch, getState } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { LANGUAGE_CODES, languageName } from '../../contact/languages';

/** What is half written stays when the message is scrolled out of sight. */
const begun = new Map<Id, { readonly text: string; readonly language: string }>();

export interface SpokenEditorProps {
  readonly message: Message;
  readonly spoken: MediaContent['spoken'];
  /** True if there is a text to show now. */
  readonly onClose: (isKept: boolean) => void;
}

/** Writing down what is said, in place. Ctrl/Cmd + Enter keeps it, Escape leaves it. */
export default function SpokenEditor({ message, spoken, onClose }: SpokenEditorProps) {
  const draft = begun.get(message.id);
  const [text, setText] = useState(draft?.text ?? spoken?.text ?? '');
  const [language, setLanguage] = useState(draft?.language ?? spoken?.language ?? languageOf(message));
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState('');
  const note = (next: { readonly text: string; readonly language: string }) => {
    begun.set(message.id, next);
    setText(next.text);
    setLanguage(next.language);
  };
  const close = (isKept: boolean) => {
    begun.delete(message.id);
    onClose(isKept);
  };
  const run = async (work: () => Promise<Message>, isKept: boolean) => {
    if (isBusy) return;
    setIsBusy(true);
    setError('');
    try {
      const { answer, position } = await ask(work);
      dispatch({ type: 'message_saved', message: answer, position });
      close(isKept);
    } catch (problem) {
      setError(problemText(problem));
      setIsBusy(false);
    }
  };
  const save = () => {
    if (text.trim() !== '') void run(() => putSpokenText(message.id, { text, language: language || null }), true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
    else if (event.key === 'Escape') close(Boolean(spoken));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const codes = language === '' || LANGUAGE_CODES.includes(language) ? LANGUAGE_CODES : [language, ...LANGUAGE_CODES];
  return (
    <form
      aria-label={t('spoken.title')}
      className="mt-2 flex w-72 max-w-full flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      // It is no answer: neither customer nor colleagues are told that somebody types.
      onInput={(event) => event.stopPropagation()}
    >
      <textarea
        autoFocus
        dir="auto"
        rows={4}
        maxLength={20_000}
        lang={language || undefined}
        value={text}
        aria-label={t('spoken.field')}
        placeholder={t('spoken.field')}
        onChange={(event) => note({ text: event.target.value, language })}
        onKeyDown={onKeyDown}
        className="w-full resize-y rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-13 text-ink placeholder:text-muted pointer-coarse:text-16"
      />
      <Select
        label={t('spoken.language')}
        isLabelHidden
        value={language}
        options={[
          { value: '', label: t('spoken.no_language') },
          ...codes
            .map((code) => ({ value: code, label: languageName(code) }))
            .sort((one, other) => one.label.localeCompare(other.label)),
        ]}
        onValueChange={(next) => note({ text, language: next })}
      />
      {error !== '' && <InlineError>{error}</InlineError>}
      <div className="flex flex-wrap justify-end gap-2">
        {spoken && (
          <Button
            size="small"
            look="plain"
            className="me-auto"
            onClick={() => void run(() => deleteSpokenText(message.id), false)}
          >
            {t('spoken.remove')}
          </Button>
        )}
        <Button size="small" look="plain" onClick={() => close(Boolean(spoken))}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" size="small" isBusy={isBusy} disabled={text.trim() === ''} keyName="Mod+Enter">
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}

/** Most customers speak as they write. */
function languageOf({ conversation_id: id }: Message): string {
  const contactId = getState().conversations.get(id)?.contact.id;
  const contact = contactId === undefined ? undefined : getState().contacts.get(contactId);
  return (contact?.locale || contact?.guessed_locale || '').replace('_', '-');
}
