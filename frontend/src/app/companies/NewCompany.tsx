import { useState } from 'react';
import { useLocation } from 'wouter';
import { t } from '@/shared/i18n';
import { FormDialog } from '@/shared/ui/FormDialog';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { paths } from '../paths';
import { createCompany, type Company } from './calls';

/** A name is enough; the rest is filled in on its page. */
export function NewCompany({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [, navigate] = useLocation();
  const submit = useSubmit(['name']);

  async function save(): Promise<void> {
    let made: Company | undefined;
    await submit.run(async () => {
      made = await createCompany(name.trim());
    });
    if (made === undefined) return;
    onClose();
    navigate(paths.companies(made.id));
  }

  return (
    <FormDialog
      title={t('companies.add_title')}
      isDisabled={name.trim() === ''}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('contact.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={name}
        {...submit.field('name', setName)}
      />
    </FormDialog>
  );
}
