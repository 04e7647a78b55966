import { useRef, useState, type FormEvent } from 'react';
import { request } from '@/shared/api/http';
import { setSession, type Session } from '@/shared/api/session';
import { loadLocale, t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { EntryPage } from './EntryPage';

/** E-mail and password on one page, so that a password manager fills both. */
export default function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const passwordField = useRef<HTMLInputElement>(null);
  const submit = useSubmit(['email', 'password']);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    const succeeded = await submit.run(async () => {
      const session = await request<Session>('POST', '/api/session', { body: { email: email.trim(), password } });
      await loadLocale(session.person.locale);
      setSession(session);
    });
    if (!succeeded) passwordField.current?.select();
  }

  return (
    <EntryPage title={t('entry.signin.title')}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void signIn(event)}>
        <TextField
          label={t('person.email')}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          dir="ltr"
          value={email}
          onValueChange={setEmail}
          error={submit.errors.email}
        />
        <TextField
          ref={passwordField}
          label={t('person.password')}
          type="password"
          name="password"
          autoComplete="current-password"
          required
          dir="ltr"
          value={password}
          onValueChange={setPassword}
          error={submit.errors.password}
        />
        {submit.error !== undefined && (
          <InlineError>{submit.isUnknown ? t('entry.signin.wrong') : submit.error}</InlineError>
        )}
        <Button type="submit" look="filled" isBusy={submit.isBusy} className="mt-2 w-full">
          {t('entry.signin.action')}
        </Button>
      </form>
      <p className="text-13 text-muted">{t('entry.signin.help')}</p>
    </EntryPage>
  );
}
