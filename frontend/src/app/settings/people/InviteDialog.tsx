import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { formatRelative } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { CopyField } from '@/shared/ui/CopyField';
import { Dialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { ProofCancelled, withProof } from '../proof';
import type { CreatedInvitation } from '../types';
import { AccessFields, type Access } from './AccessFields';

/** Invites a colleague: the link is shown once, to be sent by whatever way one trusts. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [access, setAccess] = useState<Access>({ role: 'agent', role_id: null, sees: 'all', channel_ids: null });
  const [created, setCreated] = useState<CreatedInvitation>();
  const submit = useSubmit(['email']);

  async function invite(): Promise<void> {
    await submit.run(async () => {
      try {
        const body = { email: email.trim(), ...access };
        setCreated(await withProof(() => request<CreatedInvitation>('POST', '/api/invitations', { body })));
        await queries.invalidateQueries({ queryKey: ['invitations'] });
        await queries.invalidateQueries({ queryKey: ['roles'] });
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
    <FormDialog
      title={t('settings.people.invite')}
      description={t('settings.people.invite_text')}
      action={t('settings.people.make_link')}
      submit={submit}
      onSubmit={() => void invite()}
      onClose={onClose}
    >
      <TextField
        label={t('person.email')}
        type="email"
        autoComplete="off"
        required
        autoFocus
        dir="ltr"
        value={email}
        {...submit.field('email', setEmail)}
      />
      <AccessFields access={access} onChange={setAccess} />
    </FormDialog>
  );
}
