import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { FieldNote } from '@/shared/ui/InlineError';
import { languageName } from '../../contact/languages';

/** As the server has it: beside the text itself, in each language. */
const MOST = 10;

export interface VariantsProps {
  readonly texts: readonly string[];
  /** Where the reply says something in several; else empty. */
  readonly language: string;
  readonly onTexts: (texts: readonly string[]) => void;
  readonly error: string | undefined;
}

/** The same said otherwise: written, put in order, taken away. Places are those of the text above. */
export function Variants({ texts, language, onTexts, error }: VariantsProps) {
  const id = useId();
  const [added, setAdded] = useState<number | null>(null);
  const named = language === '' ? '' : languageName(language);
  const nameOf = (place: number): string => {
    const number = place + 2;
    return named === '' ? t('replies.variant', { number }) : t('replies.variant_in', { number, language: named });
  };
  const swap = (place: number, other: number) => {
    const next = [...texts];
    [next[place], next[other]] = [texts[other] ?? '', texts[place] ?? ''];
    onTexts(next);
  };
  return (
    <div
      role="group"
      aria-labelledby={`${id}-name`}
      className="flex min-w-0 flex-col gap-3 border-s-2 border-line ps-3"
    >
      <div className="flex flex-col gap-0.5">
        <span id={`${id}-name`} className="text-13 font-medium">
          {named === '' ? t('replies.variants') : t('replies.variants_in', { language: named })}
        </span>
        <span id={`${id}-hint`} className="text-13 text-muted">
          {t('replies.variants_hint')}
        </span>
      </div>
      {texts.map((text, place) => (
        <div key={place} className="flex min-w-0 flex-col gap-1">
          <span className="flex items-center gap-1">
            <label htmlFor={`${id}-${place}`} className="me-auto text-13 text-muted">
              {nameOf(place)}
            </label>
            {place > 0 && (
              <IconButton
                icon={ArrowUp}
                size={28}
                label={t('replies.up', { what: nameOf(place) })}
                onClick={() => swap(place, place - 1)}
              />
            )}
            {place < texts.length - 1 && (
              <IconButton
                icon={ArrowDown}
                size={28}
                label={t('replies.down', { what: nameOf(place) })}
                onClick={() => swap(place, place + 1)}
              />
            )}
            <IconButton
              icon={X}
              size={28}
              label={t('replies.remove', { what: nameOf(place) })}
              onClick={() => onTexts(texts.filter((_, other) => other !== place))}
            />
          </span>
          <textarea
            id={`${id}-${place}`}
            dir="auto"
            lang={language || undefined}
            rows={3}
            required
            autoFocus={place === added}
            maxLength={4096}
            value={text}
            onChange={(event) => onTexts(texts.map((one, other) => (other === place ? event.target.value : one)))}
            aria-invalid={error !== undefined || undefined}
            aria-describedby={`${id}-hint ${id}-answer`}
            className="min-h-18 resize-y rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-14 text-ink pointer-coarse:text-16"
          />
        </div>
      ))}
      <div aria-live="polite" className="empty:hidden">
        {error !== undefined && (
          <FieldNote id={`${id}-answer`} state="failed">
            {error}
          </FieldNote>
        )}
      </div>
      {texts.length < MOST && (
        <div>
          <Button
            size="small"
            icon={Plus}
            onClick={() => {
              setAdded(texts.length);
              onTexts([...texts, '']);
            }}
          >
            {named === '' ? t('replies.add_variant') : t('replies.add_variant_in', { language: named })}
          </Button>
        </div>
      )}
    </div>
  );
}
