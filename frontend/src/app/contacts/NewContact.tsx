import { useState } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { ask } from '@/shared/store/ask';
import { dispatch } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
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

  async function save(): Promise<void> {
    let made: { answer: Contact; position: number } | undefined;
    await submit.run(async () => {
      const body = { name: name.trim(), phone: phone.trim(), email: email.trim() || null };
      made = await ask(() => request<Contact>('POST', '/api/contacts', { body }));
    });
    if (made === undefined) return;
    const { answer: contact, position } = made;
    dispatch({ type: 'contact_loaded', contact, position });
    onClose();
    navigate(paths.contacts(contact.id));
  }

  return (
    <FormDialog title={t('contacts.add_title')} submit={submit} onSubmit={() => void save()} onClose={onClose}>
      <TextField
        label={t('contact.name')}
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={name}
        {...submit.field('name', setName)}
      />
      <TextField
        label={t('contacts.column_phone')}
        hint={t('contacts.phone_hint')}
        type="tel"
        dir="ltr"
        maxLength={40}
        autoComplete="off"
        value={phone}
        {...submit.field('phone', setPhone)}
      />
      <TextField
        label={t('contact.email')}
        type="email"
        dir="ltr"
        maxLength={254}
        autoComplete="off"
        value={email}
        {...submit.field('email', setEmail)}
      />
    </FormDialog>
  );
}
