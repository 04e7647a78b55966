import { useId, useRef, type ReactNode, type RefObject } from 'react';
import { t } from '@/shared/i18n';
import { placeOf, REPLY_VARIABLES, variableName } from '@/shared/replyVariables';
import { Button } from '@/shared/ui/Button';
import { FieldNote } from '@/shared/ui/InlineError';

export interface ReplyTextProps {
  readonly label: string;
  readonly text: string;
  readonly language?: string;
  readonly onText: (text: string) => void;
  readonly error: string | undefined;
  /** Beside the label: what removes it. */
  readonly end?: ReactNode;
  readonly maxLength?: number;
  readonly isOptional?: boolean;
  /** What is offered to be put in, by its name. */
  readonly places?: readonly ReplyPlace[];
}

export interface ReplyPlace {
  readonly name: string;
  readonly text: string;
}

function allPlaces(): readonly ReplyPlace[] {
  return REPLY_VARIABLES.map((variable) => ({ name: variableName(variable), text: placeOf(variable) }));
}

/** A wording, and what puts a variable where the caret stands. */
export function ReplyText({
  label,
  text,
  language,
  onText,
  error,
  end,
  maxLength = 4096,
  isOptional = false,
  places = allPlaces(),
}: ReplyTextProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <span className="flex items-center justify-between gap-2">
        <label htmlFor={id} className="text-14 font-medium">
          {label}
        </label>
        {end}
      </span>
      <textarea
        ref={area}
        id={id}
        dir="auto"
        lang={language}
        rows={5}
        required={!isOptional}
        maxLength={maxLength}
        value={text}
        onChange={(event) => onText(event.target.value)}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={`${id}-hint ${id}-answer`}
        className="min-h-28 resize-y rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-14 text-ink pointer-coarse:text-16"
      />
      <div aria-live="polite" className="empty:hidden">
        {error !== undefined && (
          <FieldNote id={`${id}-answer`} state="failed">
            {error}
          </FieldNote>
        )}
      </div>
      <p id={`${id}-hint`} className="text-13 text-muted">
        {t('settings.replies.variables')}
      </p>
      <div className="flex flex-wrap gap-1.5">
        {places.map((place) => (
          <Button key={place.text} size="small" onClick={() => onText(withPlace(area, text, place.text))}>
            {place.name}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** The text with this place instead of what is selected; the box has the focus again. */
function withPlace(area: RefObject<HTMLTextAreaElement | null>, text: string, place: string): string {
  const box = area.current;
  const start = box?.selectionStart ?? text.length;
  requestAnimationFrame(() => {
    box?.focus();
    box?.setSelectionRange(start + place.length, start + place.length);
  });
  return text.slice(0, start) + place + text.slice(box?.selectionEnd ?? text.length);
}
