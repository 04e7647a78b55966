import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import { setSession, type Session } from '@/shared/api/session';
import { currentLocale, t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { paths } from '../paths';
import { EntryPage, LanguageSelect } from '../signin/EntryPage';
import { LinkProblem } from './LinkProblem';
import { NewPerson, type PersonDraft } from './NewPerson';
import { useLink } from './useLink';

interface SetupLink {
  readonly workspace_name: string | null;
  readonly is_sandbox: boolean;
}

interface Draft extends PersonDraft {
  workspace_name: string | null;
}

/** Kept outside the component: choosing the language remounts the page, and nothing is to be typed twice. */
let kept: Draft = { name: '', email: '', password: '', workspace_name: null };

/** The first admin: one calm form, opened by the link that the server prints. */
export default function Setup() {
  const link = useLink<SetupLink>('/api/setup');
  const [, go] = useLocation();
  const [draft, setDraft] = useState(kept);
  const submit = useSubmit(['name', 'email', 'password', 'workspace_name']);

  function change(part: Partial<Draft>): void {
    kept = { ...kept, ...part };
    setDraft(kept);
  }

  async function setUp(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      const body = {
        token: link.token,
        name: draft.name.trim(),
        email: draft.email.trim(),
        password: draft.password,
        locale: currentLocale(),
        workspace_name: (draft.workspace_name ?? link.data?.workspace_name ?? '').trim(),
      };
      const session = await request<Session>('POST', '/api/setup', { body });
      kept = { name: '', email: '', password: '', workspace_name: null };
      setSession(session);
      go(paths.inbox(), { replace: true });
    });
  }

  if (link.isSpent) return <LinkProblem title={t('entry.setup.spent')} text={t('entry.setup.spent_text')} />;
  if (link.isUnreachable) return <LinkProblem title={t('common.offline')} onRetry={link.retry} />;
  return (
    <EntryPage title={t('entry.setup.title')} text={t('entry.setup.text')} hasLanguage>
      {link.data === undefined ? (
        <Skeleton lines={6} />
      ) : (
        <form className="flex flex-col gap-4" onSubmit={(event) => void setUp(event)}>
          <LanguageSelect />
          <NewPerson draft={draft} submit={submit} onChange={change} />
          <TextField
            label={t('entry.workspace')}
            name="organization"
            autoComplete="organization"
            required
            maxLength={100}
            value={draft.workspace_name ?? link.data.workspace_name ?? ''}
            onValueChange={(workspace_name) => {
              submit.clear('workspace_name');
              change({ workspace_name });
            }}
            error={submit.errors.workspace_name}
            hint={t('entry.workspace_hint')}
          />
          {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
          <Button type="submit" look="filled" isBusy={submit.isBusy} className="mt-2 w-full">
            {t('entry.setup.action')}
          </Button>
        </form>
      )}
    </EntryPage>
  );
}
