import { useState } from 'react';
import { currentLocale, t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { Tabs } from '@/shared/ui/Tabs';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { LANGUAGE_CODES, languageName } from '../../contact/languages';
import { withProof } from '../proof';
import type { AutomaticReply, Kind, Wording } from './types';
import { useAutomaticEdit } from './useAutomaticReplies';
import type { NamedPlace } from './usePlaces';
import { WordingText } from './WordingText';

const ADD = 'add';
const UNSAID = 'unsaid';
const LONGEST_PROMISE_MIN = 10_080;

interface AutomaticDialogProps {
  readonly kind: Kind;
  readonly items: readonly AutomaticReply[];
  /** Null: a new one. */
  readonly reply: AutomaticReply | null;
  /** Where it may be said. */
  readonly places: readonly NamedPlace[];
  readonly onClose: () => void;
}

/** Writes what is said in one place, in every language in which it is. */
export function AutomaticDialog({ kind, items, reply, places, onClose }: AutomaticDialogProps) {
  const [key, setKey] = useState(places[0]?.key ?? '');
  const [wordings, setWordings] = useState<readonly Wording[]>(reply?.wordings ?? [firstWording(kind)]);
  const [open, setOpen] = useState(wordings[0]?.language ?? '');
  const [minutes, setMinutes] = useState(reply?.expected_min ? String(reply.expected_min) : '');
  const submit = useSubmit(['wordings', 'expected_min']);
  const edit = useAutomaticEdit(items);
  const chosen = places.find((one) => one.key === key) ?? places[0];

  function put(changed: Wording): void {
    submit.clear('wordings');
    setWordings(wordings.map((one) => (one.language === changed.language ? changed : one)));
  }

  function remove(language: string): void {
    const left = wordings.filter((one) => one.language !== language);
    setWordings(left);
    setOpen(left[0]?.language ?? '');
  }

  async function save(): Promise<void> {
    if (!chosen) return;
    const said = {
      is_on: reply?.is_on ?? true,
      wordings: wordings.map(({ language, text }) => ({ language, text: text.trim() })),
      expected_min: Number(minutes) || 0,
    };
    const isSaved = await submit.run(() => withProof(() => edit.save(kind, chosen.place, said)));
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={t(`automatic.${kind}`)}
      description={reply ? chosen?.name : undefined}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      {!reply && places.length > 1 && (
        <Select
          label={t('automatic.where')}
          hint={t('automatic.where_hint')}
          value={key}
          options={places.map((one) => ({ value: one.key, label: one.name }))}
          onValueChange={setKey}
        />
      )}
      <Tabs
        label={t('automatic.languages')}
        value={open || UNSAID}
        onValueChange={(code) => setOpen(code === UNSAID ? '' : code)}
        tabs={wordings.map((wording, place) => ({
          value: wording.language || UNSAID,
          label: languageLabel(wording.language),
          panel: (
            <div className="flex flex-col gap-3">
              <WordingText
                kind={kind}
                wording={wording}
                error={submit.errors.wordings}
                onText={(text) => put({ ...wording, text })}
              />
              <div className="flex flex-wrap items-center justify-between gap-2">
                <p className="text-13 text-muted">
                  {place === 0 ? t('automatic.for_everybody_else') : t('automatic.for_speakers')}
                </p>
                {wordings.length > 1 && (
                  <Button size="small" onClick={() => remove(wording.language)}>
                    {t('automatic.remove_language')}
                  </Button>
                )}
              </div>
            </div>
          ),
        }))}
      />
      <Select
        label={t('automatic.add_language')}
        value={ADD}
        options={[
          { value: ADD, label: '…' },
          ...LANGUAGE_CODES.filter((code) => !wordings.some((one) => one.language === code))
            .map((code) => ({ value: code, label: languageName(code) }))
            .sort((one, other) => one.label.localeCompare(other.label)),
        ]}
        onValueChange={(code) => {
          if (code === ADD) return;
          setWordings([...wordings, { language: code, text: '' }]);
          setOpen(code);
        }}
      />
      <TextField
        label={t('automatic.expected')}
        hint={t('automatic.expected_hint')}
        type="number"
        inputMode="numeric"
        min={0}
        max={LONGEST_PROMISE_MIN}
        className="max-w-72"
        value={minutes}
        {...submit.field('expected_min', setMinutes)}
      />
    </FormDialog>
  );
}

function languageLabel(language: string): string {
  return language === '' ? t('automatic.language_unsaid') : languageName(language);
}

/** Something to begin with, in the language of whoever writes it. */
function firstWording(kind: Kind): Wording {
  return { language: currentLocale(), text: t(`automatic.usual_${kind}`) };
}
