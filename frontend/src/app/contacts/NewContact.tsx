import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { dispatch } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { paths } from '../paths';

/** Somebody who has not written yet. */
export function NewContact({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [email, setEmail] = useState('');
  const [, navigate] = useLocation();
  const submit = useSubmit(['name', 'phone', 'email']);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    let made: Contact | undefined;
    await submit.run(async () => {
      const body = { name: name.trim(), phone: phone.trim(), email: email.trim() || null };
      made = await request<Contact>('POST', '/api/contacts', { body });
    });
    if (made === undefined) return;
    dispatch({ type: 'contact_loaded', contact: made });
    onClose();
    navigate(paths.contacts(made.id));
  }

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('contacts.add_title')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" type="submit" form="new-contact" isBusy={submit.isBusy}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <form id="new-contact" className="flex flex-col gap-4" onSubmit={(event) => void save(event)}>
        <TextField
          label={t('contact.name')}
          autoFocus
          maxLength={100}
          autoComplete="off"
          value={name}
          onValueChange={(value) => {
            submit.clear('name');
            setName(value);
          }}
          error={submit.errors.name}
        />
        <TextField
          label={t('contacts.column_phone')}
          hint={t('contacts.phone_hint')}
          type="tel"
          dir="ltr"
          maxLength={40}
          autoComplete="off"
          value={phone}
          onValueChange={(value) => {
            submit.clear('phone');
            setPhone(value);
          }}
          error={submit.errors.phone}
        />
        <TextField
          label={t('contact.email')}
          type="email"
          dir="ltr"
          maxLength={254}
          autoComplete="off"
          value={email}
          onValueChange={(value) => {
            submit.clear('email');
            setEmail(value);
          }}
          error={submit.errors.email}
        />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}
