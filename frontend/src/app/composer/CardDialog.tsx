import { useState } from 'react';
import type { ContactsContent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { TextField } from '@/shared/ui/TextField';

export interface CardDialogProps {
  readonly onSend: (content: ContactsContent) => void;
  readonly onClose: () => void;
}

/** Somebody's card, as the customer can keep it. */
export default function CardDialog({ onSend, onClose }: CardDialogProps) {
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [email, setEmail] = useState('');
  const [organisation, setOrganisation] = useState('');
  const [isAsked, setAsked] = useState(false);
  const submit = () => {
    setAsked(true);
    if (name.trim() === '' || (phone.trim() === '' && email.trim() === '')) return;
    onSend({ kind: 'contacts', cards: [cardOf({ name, phone, email, organisation })] });
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('card.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        className="flex flex-col gap-3"
      >
        <TextField
          label={t('card.name')}
          value={name}
          maxLength={100}
          onValueChange={setName}
          error={isAsked && name.trim() === '' ? t('card.name_missing') : undefined}
        />
        <TextField
          label={t('card.phone')}
          type="tel"
          value={phone}
          maxLength={40}
          onValueChange={setPhone}
          error={isAsked && phone.trim() === '' && email.trim() === '' ? t('card.way_missing') : undefined}
        />
        <TextField label={t('card.email')} type="email" value={email} maxLength={200} onValueChange={setEmail} />
        <TextField
          label={t('card.organisation')}
          value={organisation}
          maxLength={100}
          onValueChange={setOrganisation}
        />
        <Button type="submit" look="filled" className="self-end">
          {t('composer.send')}
        </Button>
      </form>
    </Dialog>
  );
}

interface Written {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly organisation: string;
}

/** Messengers want a first name apart; the rest is the last. */
function cardOf({ name, phone, email, organisation }: Written): ContactsContent['cards'][number] {
  const whole = name.trim();
  const [first = whole, ...rest] = whole.split(/\s+/u);
  return {
    name: whole,
    first_name: first,
    last_name: rest.join(' '),
    organisation: organisation.trim(),
    phones: phone.trim() === '' ? [] : [{ phone: phone.trim() }],
    emails: email.trim() === '' ? [] : [{ value: email.trim() }],
  };
}
