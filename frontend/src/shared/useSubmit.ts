import { useState } from 'react';
import { Problem } from './api/http';
import { fieldErrors, problemText } from './problem';

export interface Submit {
  readonly isBusy: boolean;
  /** About the whole form; absent if every complaint has its field. */
  readonly error: string | undefined;
  readonly errors: Readonly<Record<string, string>>;
  /** The server does not know who this is (401). */
  readonly isUnknown: boolean;
  /** Does the work once at a time; true if it succeeded. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  readonly clear: (field: string) => void;
  /** What a text field needs: its complaint, which goes with the next letter. */
  readonly field: (name: string, onChange: (value: string) => void) => SubmittedField;
}

export interface SubmittedField {
  readonly error: string | undefined;
  readonly onValueChange: (value: string) => void;
}

/** The state of a form between its button and the server's answer. `fields` are those that can show a complaint. */
export function useSubmit(fields: readonly string[]): Submit {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [isUnknown, setIsUnknown] = useState(false);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});

  async function run(work: () => Promise<void>): Promise<boolean> {
    if (isBusy) return false;
    setIsBusy(true);
    setError(undefined);
    setErrors({});
    try {
      await work();
      return true;
    } catch (cause) {
      const byField = fieldErrors(cause);
      setIsUnknown(cause instanceof Problem && cause.status === 401);
      setErrors(byField);
      if (!fields.some((field) => field in byField)) setError(problemText(cause));
      return false;
    } finally {
      setIsBusy(false);
    }
  }

  function clear(field: string): void {
    if (field in errors) setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => name !== field)));
  }

  const field = (name: string, onChange: (value: string) => void): SubmittedField => ({
    error: errors[name],
    onValueChange: (value) => {
      clear(name);
      onChange(value);
    },
  });

  return { isBusy, error, errors, isUnknown, run, clear, field };
}
