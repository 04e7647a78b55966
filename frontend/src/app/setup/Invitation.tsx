import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import { setSession, type Session } from '@/shared/api/session';
import { currentLocale, t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit, type Submit } from '@/shared/useSubmit';
import { paths } from '../paths';
import { EntryPage, LanguageSelect } from '../signin/EntryPage';
import { LinkProblem } from './LinkProblem';
import { NewPerson, type PersonDraft } from './NewPerson';
import { useLink } from './useLink';

interface InvitationLink {
  readonly workspace_name: string;
  readonly email: string;
  readonly role: 'admin' | 'supervisor' | 'agent';
  readonly known_person: boolean;
}

/** Kept outside the component: choosing the language remounts the page. */
let kept: Omit<PersonDraft, 'email'> = { name: '', password: '' };

/** Somebody joins a workspace: a new person gives name and password, a known one only their password. */
export default function Invitation() {
  const link = useLink<InvitationLink>('/api/invitation');
  const [, go] = useLocation();
  const [draft, setDraft] = useState(kept);
  const submit = useSubmit(['name', 'password']);
  const invitation = link.data;

  function change(part: Partial<PersonDraft>): void {
    kept = { ...kept, ...part };
    setDraft(kept);
  }

  async function join(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      const body = invitation?.known_person
        ? { token: link.token, password: draft.password }
        : { token: link.token, name: draft.name.trim(), password: draft.password, locale: currentLocale() };
      const session = await request<Session>('POST', '/api/invitation', { body });
      kept = { name: '', password: '' };
      setSession(session);
      go(paths.inbox(), { replace: true });
    });
  }

  if (link.isSpent) return <LinkProblem title={t('entry.invitation.spent')} text={t('entry.invitation.spent_text')} />;
  if (link.isUnreachable) return <LinkProblem title={t('common.offline')} onRetry={link.retry} />;
  if (invitation === undefined) {
    return (
      <EntryPage title={t('entry.invitation.title_plain')}>
        <Skeleton lines={5} />
      </EntryPage>
    );
  }
  return (
    <EntryPage
      title={t('entry.invitation.title', { workspace: invitation.workspace_name })}
      text={t(`entry.invitation.as_${invitation.role}`)}
      hasLanguage={!invitation.known_person}
    >
      <form className="flex flex-col gap-4" onSubmit={(event) => void join(event)}>
        {invitation.known_person ? (
          <KnownPerson email={invitation.email} password={draft.password} submit={submit} onChange={change} />
        ) : (
          <>
            <LanguageSelect />
            <NewPerson draft={{ ...draft, email: invitation.email }} submit={submit} onChange={change} isEmailFixed />
          </>
        )}
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
        <Button type="submit" look="filled" isBusy={submit.isBusy} className="mt-2 w-full">
          {t('entry.invitation.action')}
        </Button>
      </form>
    </EntryPage>
  );
}

interface KnownPersonProps {
  readonly email: string;
  readonly password: string;
  readonly submit: Submit;
  readonly onChange: (change: Partial<PersonDraft>) => void;
}

function KnownPerson({ email, password, submit, onChange }: KnownPersonProps) {
  return (
    <>
      <TextField
        label={t('person.email')}
        type="email"
        name="email"
        autoComplete="username"
        readOnly
        dir="ltr"
        value={email}
        onValueChange={() => undefined}
      />
      <TextField
        label={t('person.password')}
        type="password"
        name="password"
        autoComplete="current-password"
        autoFocus
        required
        dir="ltr"
        value={password}
        onValueChange={(value) => {
          submit.clear('password');
          onChange({ password: value });
        }}
        error={submit.errors.password}
        hint={t('entry.invitation.known')}
      />
    </>
  );
}
