import { useState, type FormEvent } from 'react';
import { request } from '@/shared/api/http';
import { loadSession, useSignedIn } from '@/shared/api/session';
import { LANGUAGES, loadLocale, t, useLocale } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { Block, Page } from '../parts/Page';
import { SavedField } from '../parts/SavedField';
import { WorkingHours } from './WorkingHours';

/** The person at the screen, in every workspace they belong to. */
export function Profile() {
  const { person } = useSignedIn();

  async function saveName(name: string): Promise<void> {
    const before = person.name;
    await patchPerson({ name });
    showToast(t('common.saved'), { undo: () => void act(() => patchPerson({ name: before })) });
  }

  return (
    <Page group={t('settings.group.you')} title={t('settings.profile.title')} text={person.email}>
      <SavedField
        label={t('settings.profile.name')}
        field="name"
        autoComplete="name"
        maxLength={100}
        value={person.name}
        onSave={saveName}
        hint={t('person.name_hint')}
      />
      <LanguageSetting />
      <WorkingHours />
      <PasswordBlock />
    </Page>
  );
}

async function patchPerson(change: Readonly<Record<string, string>>): Promise<void> {
  await request('PATCH', '/api/person', { body: change });
  await loadSession();
}

function LanguageSetting() {
  const locale = useLocale();

  async function choose(next: string): Promise<void> {
    const before = locale;
    await loadLocale(next);
    const undo = (): void => void loadLocale(before).then(() => act(() => patchPerson({ locale: before })));
    await act(() => patchPerson({ locale: next }), { done: t('common.saved'), undo });
  }

  return (
    <Select
      label={t('settings.profile.language')}
      value={LANGUAGES.some(({ code }) => code === locale) ? locale : 'en'}
      options={LANGUAGES.map(({ code, name }) => ({ value: code as string, label: name }))}
      onValueChange={(next) => void choose(next)}
    />
  );
}

function PasswordBlock() {
  const { person } = useSignedIn();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const submit = useSubmit(['current_password', 'password']);

  async function change(event: FormEvent): Promise<void> {
    event.preventDefault();
    const isChanged = await submit.run(() => patchPerson({ password, current_password: current }));
    if (!isChanged) return;
    setCurrent('');
    setPassword('');
    showToast(t('settings.profile.password_changed'));
  }

  return (
    <Block title={t('settings.profile.password')} text={t('settings.profile.password_text')}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void change(event)}>
        <input type="hidden" autoComplete="username" value={person.email} readOnly />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('settings.profile.current_password')}
            type="password"
            autoComplete="current-password"
            required
            dir="ltr"
            value={current}
            onValueChange={setCurrent}
            error={submit.errors.current_password}
          />
          <TextField
            label={t('settings.profile.new_password')}
            type="password"
            autoComplete="new-password"
            required
            minLength={8}
            dir="ltr"
            value={password}
            onValueChange={setPassword}
            error={submit.errors.password}
            hint={t('person.password_hint')}
          />
        </div>
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
        <Button type="submit" isBusy={submit.isBusy} className="self-start">
          {t('settings.profile.change_password')}
        </Button>
      </form>
    </Block>
  );
}
