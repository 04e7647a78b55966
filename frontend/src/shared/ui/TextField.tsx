import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactNode } from 'react';
import { t } from '../i18n';
import { cx } from './cx';
import { FieldNote, type FieldState } from './InlineError';

export interface FieldFrameProps {
  readonly label: string;
  /** The label is there for assistive technology only, because the place says it already. */
  readonly isLabelHidden?: boolean;
  /** At the end of the label: where the value is found. */
  readonly labelEnd?: ReactNode;
  readonly hint?: string;
  /** What is wrong with the value, and what to do. */
  readonly error?: string;
  /** What a check said about the value, if it is not an error. */
  readonly note?: { readonly state: FieldState; readonly text: string };
}

export interface TextFieldProps extends FieldFrameProps, Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  /** Inside the field, at its end. */
  readonly end?: ReactNode;
}

/** A labelled line of text. Its error and hint are tied to it, so that they are read with it. */
export function TextField({
  label,
  isLabelHidden = false,
  labelEnd,
  hint,
  error,
  note,
  value,
  onValueChange,
  end,
  id: givenId,
  className,
  ...input
}: TextFieldProps) {
  const ownId = useId();
  const id = givenId ?? ownId;
  const answer = error === undefined ? note : { state: 'failed' as const, text: error };
  const isWrong = answer?.state === 'failed';
  const described = cx(hint && `${id}-hint`, answer && `${id}-answer`);
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <div className={isLabelHidden ? 'sr-only' : 'flex items-baseline justify-between gap-3'}>
        <label htmlFor={id} className="shrink-0 text-14 font-medium">
          {label}
        </label>
        {labelEnd}
      </div>
      <div
        className={cx(
          'flex h-8 items-center gap-1 rounded-md border pe-1 pointer-coarse:h-11',
          'has-[input:focus-visible]:outline-2 has-[input:focus-visible]:-outline-offset-1',
          input.readOnly ? 'bg-transparent' : 'bg-raised',
          isWrong
            ? 'border-danger has-[input:focus-visible]:outline-danger'
            : 'border-line-strong has-[input:focus-visible]:border-accent has-[input:focus-visible]:outline-accent',
        )}
      >
        <input
          dir="auto"
          {...input}
          id={id}
          value={value}
          onChange={(event) => onValueChange(event.target.value)}
          aria-invalid={isWrong || undefined}
          aria-describedby={described || undefined}
          className="h-full min-w-0 flex-1 rounded-md bg-transparent px-2.5 text-14 text-ink outline-none placeholder:text-muted disabled:text-muted pointer-coarse:text-16"
        />
        {end}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-13 text-muted">
          {hint}
        </p>
      )}
      <div aria-live="polite" className="empty:hidden">
        {answer && (
          <FieldNote id={`${id}-answer`} state={answer.state}>
            {answer.text}
          </FieldNote>
        )}
      </div>
    </div>
  );
}

export interface SecretFieldProps extends Omit<TextFieldProps, 'type' | 'end'> {
  /** The end of a secret that is stored: shown until something new is typed. The whole never comes back. */
  readonly storedEnd?: string;
}

/** A value that nobody should read over the shoulder; the eye shows what was typed. */
export function SecretField({ storedEnd, ...field }: SecretFieldProps) {
  const [isShown, setIsShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <TextField
      autoComplete="off"
      spellCheck={false}
      {...field}
      dir="ltr"
      type={isShown ? 'text' : 'password'}
      placeholder={storedEnd === undefined ? field.placeholder : `••••••••••••${storedEnd}`}
      end={
        <button
          type="button"
          aria-label={isShown ? t('common.hide') : t('common.show')}
          aria-pressed={isShown}
          onClick={() => setIsShown(!isShown)}
          className="grid size-7 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink"
        >
          <Icon aria-hidden size={16} strokeWidth={1.75} />
        </button>
      }
    />
  );
}
