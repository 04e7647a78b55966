import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '../i18n';
import { TextField, type FieldFrameProps } from './TextField';

export interface CopyFieldProps extends FieldFrameProps {
  readonly value: string;
}

/** A value to take elsewhere: whole in its field, and in the clipboard with one press. */
export function CopyField({ value, ...frame }: CopyFieldProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const Icon = isCopied ? Check : Copy;
  return (
    <TextField
      {...frame}
      value={value}
      onValueChange={() => undefined}
      readOnly
      dir="ltr"
      onFocus={(event) => event.currentTarget.select()}
      end={
        <button
          type="button"
          onClick={() => void copyText(value).then(setIsCopied)}
          className="flex h-7 items-center gap-1.5 rounded-sm bg-raised px-1.5 text-13 font-medium text-accent hover:bg-accent-soft"
        >
          <Icon aria-hidden size={14} strokeWidth={1.75} />
          <span aria-live="polite">{isCopied ? t('common.copied') : t('common.copy')}</span>
        </button>
      }
    />
  );
}

/** Into the clipboard; false if the browser refuses (no https, no permission). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
