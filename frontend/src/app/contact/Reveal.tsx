/** Phone and e-mail of a contact, masked from this role: shown once to those who may look, and the look is recorded. */
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { showToast } from '@/shared/ui/Toast';

export interface Sight {
  /** The contact as it is shown: with its numbers whole after a look. */
  readonly contact: Contact;
  /** Numbers and e-mail addresses stand there masked. */
  readonly isMasked: boolean;
  /** Absent: there is nothing to reveal, or this role may not. */
  readonly reveal: (() => Promise<void>) | undefined;
  readonly wasRevealed: boolean;
}

/** What this agent sees of a contact. A look lasts as long as this contact stays before them. */
export function useSight(contact: Contact): Sight {
  const { permissions } = useSignedIn().agent;
  const [revealed, setRevealed] = useState<Contact>();
  const wasRevealed = revealed?.id === contact.id;
  const isMasked = !permissions.includes('addresses:read') && !wasRevealed;
  const reveal = async () => {
    try {
      setRevealed(await request<Contact>('POST', `/api/contacts/${contact.id}/reveal`));
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
  };
  return {
    // Everything else is as it stands now: only what was masked comes from the look.
    contact: wasRevealed ? { ...contact, ...whatIsMasked(revealed) } : contact,
    isMasked,
    reveal: isMasked && hasMasked(contact) && permissions.includes('addresses:reveal') ? reveal : undefined,
    wasRevealed,
  };
}

function whatIsMasked({ phone, email, handle, addresses, fields }: Contact): Partial<Contact> {
  return { phone, email, handle, addresses, fields };
}

function hasMasked({ phone, email, addresses, fields }: Contact): boolean {
  return [phone, email, ...addresses.map(({ value }) => value), ...Object.values(fields)].some(
    (value) => typeof value === 'string' && value.includes('•••'),
  );
}

export function RevealBar({ sight }: { readonly sight: Sight }) {
  const [isBusy, setIsBusy] = useState(false);
  const { reveal } = sight;
  if (reveal === undefined && !sight.wasRevealed) return null;
  return (
    <div className="flex flex-col items-start gap-1 px-4 pt-3" aria-live="polite">
      {reveal !== undefined && (
        <Button
          size="small"
          icon={Eye}
          isBusy={isBusy}
          onClick={() => {
            setIsBusy(true);
            void reveal().finally(() => setIsBusy(false));
          }}
        >
          {t('contact.reveal')}
        </Button>
      )}
      <p className="text-12 text-muted">{reveal === undefined ? t('contact.revealed') : t('contact.reveal_hint')}</p>
    </div>
  );
}
