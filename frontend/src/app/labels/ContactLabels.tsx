import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { LabelMark } from '@/shared/ui/LabelMark';
import { LabelMenu } from './LabelMenu';
import { isInContactPanel, labelsOf } from './labels';
import { labelContact } from './toggle';

/** What the customer is: labels of the contact, which stay with every conversation of theirs. */
export function ContactLabels({ contact }: { readonly contact: Contact }) {
  const [isOpen, setIsOpen] = useState(false);
  const labels = labelsOf(
    contact.label_ids,
    useStore((state) => state.labels),
  );
  const mayChange = useMay('contacts:change');
  useCommands({ labels: () => mayChange && isInContactPanel() && setIsOpen(true) });
  if (!mayChange && labels.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-12 text-muted">
      {labels.length > 0 && (
        <ul aria-label={t('labels.of_contact')} className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          {labels.map((label) => (
            <li key={label.id} className="flex max-w-full min-w-0">
              <LabelMark label={label} />
            </li>
          ))}
        </ul>
      )}
      {mayChange && (
        <LabelMenu
          title={t('labels.of_contact')}
          kind="contact"
          chosenIds={contact.label_ids}
          onToggle={(label, isChosen) => void labelContact(contact.id, label.id, isChosen)}
          isOpen={isOpen}
          onOpenChange={setIsOpen}
          trigger={
            <button
              type="button"
              aria-keyshortcuts="L"
              className="-mx-1 flex min-h-6 items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
            >
              <Plus aria-hidden size={12} strokeWidth={1.75} />
              {t('labels.add')}
            </button>
          }
        />
      )}
    </div>
  );
}
