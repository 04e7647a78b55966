import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { formatRelative } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { CopyField } from '@/shared/ui/CopyField';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { ProofCancelled, withProof } from '../proof';
import type { CreatedInvitation } from '../types';
import { AccessFields, type Access } from './AccessFields';

/** Invites a colleague: the link is shown once, to be sent by whatever way one trusts. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [access, setAccess] = useState<Access>({ role: 'agent', sees: 'all', channel_ids: null });
  const [created, setCreated] = useState<CreatedInvitation>();
  const submit = useSubmit(['email']);

  async function invite(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => {
      try {
        const body = { email: email.trim(), ...access };
        setCreated(await withProof(() => request<CreatedInvitation>('POST', '/api/invitations', { body })));
        await queries.invalidateQueries({ queryKey: ['invitations'] });
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  if (created !== undefined) {
    return (
      <Dialog
        open
        isSticky
        onOpenChange={(isOpen) => !isOpen && onClose()}
        title={t('settings.people.link_title', { email: created.email })}
        description={t('settings.people.link_text', {
          when: formatRelative(created.expires_at),
        })}
        footer={
          <Button look="filled" onClick={onClose}>
            {t('common.done')}
          </Button>
        }
      >
        <CopyField label={t('settings.people.link')} value={created.link} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('settings.people.invite')}
      description={t('settings.people.invite_text')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" type="submit" form="invite" isBusy={submit.isBusy}>
            {t('settings.people.make_link')}
          </Button>
        </>
      }
    >
      <form id="invite" className="flex flex-col gap-4" onSubmit={(event) => void invite(event)}>
        <TextField
          label={t('entry.email')}
          type="email"
          autoComplete="off"
          required
          autoFocus
          dir="ltr"
          value={email}
          onValueChange={(value) => {
            submit.clear('email');
            setEmail(value);
          }}
          error={submit.errors.email}
        />
        <AccessFields access={access} onChange={setAccess} />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}
