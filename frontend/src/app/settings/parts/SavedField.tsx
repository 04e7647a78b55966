import { useState } from 'react';
import { fieldErrors, problemText } from '@/shared/problem';
import { TextField, type TextFieldProps } from '@/shared/ui/TextField';
import { ProofCancelled, withProof } from '../proof';

export interface SavedFieldProps extends Omit<TextFieldProps, 'onValueChange' | 'error'> {
  /** The name under which the server complains about it. */
  readonly field: string;
  /** Saves what was typed; called when the field is left or Enter is pressed, if it differs. */
  readonly onSave: (value: string) => Promise<void>;
}

/** A setting that is saved as soon as one is done typing. */
export function SavedField({ field, value, onSave, ...rest }: SavedFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string>();

  async function save(): Promise<void> {
    const next = draft?.trim() ?? value;
    if (next === value || next === '') {
      setDraft(null);
      setError(undefined);
      return;
    }
    try {
      await withProof(() => onSave(next));
      setDraft(null);
      setError(undefined);
    } catch (cause) {
      if (cause instanceof ProofCancelled) setDraft(null);
      else setError(fieldErrors(cause)[field] ?? problemText(cause));
    }
  }

  return (
    <TextField
      {...rest}
      value={draft ?? value}
      onValueChange={setDraft}
      error={error}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void save();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
