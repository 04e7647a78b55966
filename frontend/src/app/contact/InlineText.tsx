import { Pencil } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

export interface InlineTextProps extends Pick<ComponentProps<'input'>, 'type' | 'inputMode' | 'list' | 'dir'> {
  /** What is edited: the name of the field. */
  readonly label: string;
  /** The name of the button, if it is not "label, change". */
  readonly buttonLabel?: string;
  readonly value: string;
  /** As it is read; the value itself if absent. */
  readonly shown?: string;
  /** What stands there while there is no value. */
  readonly placeholder?: string;
  readonly onSave: (value: string) => Promise<boolean>;
  /** An empty text takes the value away; else it changes nothing. */
  readonly mayBeEmpty?: boolean;
  /** What stands is read, not changed. */
  readonly isReadOnly?: boolean;
  readonly className?: string;
}

/** Edited in place: Enter or leaving keeps it, Escape takes it back. */
export function InlineText({
  label,
  buttonLabel,
  value,
  shown,
  placeholder,
  onSave,
  mayBeEmpty = false,
  isReadOnly = false,
  className,
  dir = 'auto',
  ...input
}: InlineTextProps) {
  const [draft, setDraft] = useState<string>();
  const [returnsFocus, setReturnsFocus] = useState(false);
  const save = async () => {
    const next = draft?.trim() ?? value;
    if (next === value || (next === '' && !mayBeEmpty)) return setDraft(undefined);
    if (await onSave(next)) setDraft(undefined);
    else setDraft(undefined);
  };
  if (draft === undefined) {
    const text = shown ?? value;
    if (isReadOnly) {
      return (
        <span dir={dir} className={cx('truncate', className)}>
          {text || '–'}
        </span>
      );
    }
    return (
      <button
        type="button"
        autoFocus={returnsFocus}
        aria-label={
          buttonLabel ??
          (text === ''
            ? t('contact.fill_in', { label, value: placeholder ?? t('contact.add') })
            : t('contact.edit', { label, value: text }))
        }
        onClick={() => setDraft(value)}
        className={cx(
          'group/value -mx-1 flex max-w-full min-w-0 items-center gap-2 rounded-sm px-1 text-start hover:bg-hover pointer-coarse:min-h-11',
          className,
        )}
      >
        <span dir={dir} className={cx('truncate', text === '' && 'text-muted')}>
          {text || placeholder || t('contact.add')}
        </span>
        <Pencil
          aria-hidden
          size={12}
          strokeWidth={1.75}
          className="shrink-0 text-muted opacity-0 group-hover/value:opacity-100 group-focus-visible/value:opacity-100"
        />
      </button>
    );
  }
  return (
    <input
      {...input}
      dir={dir}
      autoFocus
      value={draft}
      aria-label={label}
      onChange={(event) => setDraft(event.target.value)}
      onFocus={(event) => event.currentTarget.type !== 'date' && event.currentTarget.select()}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') {
          setReturnsFocus(true);
          event.currentTarget.blur();
        }
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          setReturnsFocus(true);
          setDraft(undefined);
        }
        if (event.key === 'Tab') setReturnsFocus(false);
      }}
      className={cx(
        '-mx-1 w-full min-w-0 rounded-sm border border-line-strong bg-raised px-1 pointer-coarse:min-h-11',
        className,
      )}
    />
  );
}
