import { ArrowLeft } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { fetchContact } from '@/shared/api/calls';
import { Problem } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { problemText } from '@/shared/problem';
import { ask } from '@/shared/store/ask';
import { dispatch, useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { ContactDetails, ContactName, VipButton } from '../contact/ContactDetails';
import { ContactMenu } from '../contact/ContactMenu';
import { History } from '../contact/History';
import { paths } from '../paths';

/** One contact: what is known at the start, everything that happened beside it. */
export default function ContactPage({ contactId }: { readonly contactId: Id }) {
  const contact = useStore((state) => state.contacts.get(contactId));
  const epoch = useStore((state) => state.epoch);
  const [error, setError] = useState<string>();
  const [, navigate] = useLocation();
  useEffect(() => {
    ask(() => fetchContact(contactId)).then(
      ({ answer: found, position }) => {
        setError(undefined);
        dispatch({ type: 'contact_loaded', contact: found, position });
        // Who was merged into another is found as the other.
        if (found.id !== contactId) navigate(paths.contacts(found.id), { replace: true });
      },
      (reason: unknown) =>
        setError(reason instanceof Problem && reason.status === 404 ? t('contacts.gone') : problemText(reason)),
    );
  }, [contactId, epoch, navigate]);
  const name = contact?.name || contact?.phone_display || t('contacts.nameless');
  useEffect(() => {
    document.title = t('shell.title', { title: name });
  }, [name]);
  useCommands({
    back: () => {
      if (document.activeElement instanceof HTMLElement && document.activeElement.matches('textarea, input')) {
        return document.activeElement.blur();
      }
      navigate(paths.contacts());
    },
  });
  return (
    <main data-panel="contact" className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line ps-2 pe-4">
        <Link
          href={paths.contacts()}
          aria-label={t('contacts.back')}
          className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="min-w-0 truncate text-14 font-medium">
          <bdi>{contact === undefined ? t('contact.label') : name}</bdi>
        </h1>
        {contact !== undefined && (
          <span className="ms-auto">
            <ContactMenu contact={contact} />
          </span>
        )}
      </header>
      {contact === undefined && error !== undefined && <EmptyState title={t('contacts.gone_title')} text={error} />}
      {contact === undefined && error === undefined && <Skeleton className="p-4" />}
      {contact !== undefined && (
        <div className="flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
          <section
            aria-label={t('contact.label')}
            className="shrink-0 border-e border-line bg-canvas max-md:border-0 md:w-[340px] md:overflow-y-auto"
          >
            <div className="flex items-center gap-3 border-b border-line p-4">
              <Avatar name={name} seed={contact.id} size={48} />
              <div className="min-w-0 flex-1">
                <ContactName key={contact.name} id={contact.id} name={contact.name} />
              </div>
              <VipButton contact={contact} />
            </div>
            <ContactDetails contact={contact} />
          </section>
          <div className="min-w-0 flex-1 md:overflow-y-auto">
            <div className="max-w-180 py-3">
              <h2 className="px-4 pb-1 text-14 font-semibold">{t('contact.history')}</h2>
              <History contact={contact} />
            </div>
          </div>
        </div>
      )}
    </main>
  );
}
