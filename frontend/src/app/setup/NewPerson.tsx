import { t } from '@/shared/i18n';
import type { Submit } from '@/shared/useSubmit';
import { TextField } from '@/shared/ui/TextField';

export interface PersonDraft {
  name: string;
  email: string;
  password: string;
}

export interface NewPersonProps {
  readonly draft: PersonDraft;
  readonly submit: Submit;
  readonly onChange: (change: Partial<PersonDraft>) => void;
  /** The address is given by the invitation. */
  readonly isEmailFixed?: boolean;
}

/** Name, e-mail and password of somebody who is new. */
export function NewPerson({ draft, submit, onChange, isEmailFixed = false }: NewPersonProps) {
  return (
    <>
      <TextField
        label={t('entry.name')}
        name="name"
        autoComplete="name"
        autoFocus
        required
        maxLength={100}
        value={draft.name}
        onValueChange={(name) => {
          submit.clear('name');
          onChange({ name });
        }}
        error={submit.errors.name}
        hint={t('person.name_hint')}
      />
      <TextField
        label={t('person.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        dir="ltr"
        readOnly={isEmailFixed}
        value={draft.email}
        onValueChange={(email) => {
          submit.clear('email');
          onChange({ email });
        }}
        error={submit.errors.email}
      />
      <TextField
        label={t('person.password')}
        type="password"
        name="new-password"
        autoComplete="new-password"
        required
        minLength={8}
        dir="ltr"
        value={draft.password}
        onValueChange={(password) => {
          submit.clear('password');
          onChange({ password });
        }}
        error={submit.errors.password}
        hint={t('person.password_hint')}
      />
    </>
  );
}
