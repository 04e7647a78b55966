import { ArrowUpRight, X } from 'lucide-react';
import { lazy, memo, Suspense, useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { loadContact } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { PanelDiscussions } from '../discussions/PanelDiscussions';
import { useConversation } from '../inbox/select';
import { paths } from '../paths';
import { withTexts } from '../routes';
import { PanelTasks } from '../tasks/PanelTasks';
import { ContactDetails, ContactName, VipButton } from './ContactDetails';
import { ContactMenu } from './ContactMenu';
import { History } from './History';
import { Promises } from './Promises';

const PanelSkills = lazy(withTexts('skills', () => import('../skills/PanelSkills')));

export interface ContactPanelProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
  readonly isOverlay: boolean;
}

/** Who this is: name, addresses, what is known, and what was spoken about before. */
export const ContactPanel = memo(function ContactPanel({ conversationId, onClose, isOverlay }: ContactPanelProps) {
  const conversation = useConversation(conversationId);
  const contactId = conversation?.contact.id;
  const contact = useStore((state) => (contactId === undefined ? undefined : state.contacts.get(contactId)));
  const epoch = useStore((state) => state.epoch);
  useEffect(() => {
    if (contactId !== undefined) void loadContact(contactId).catch(() => undefined);
  }, [contactId, epoch]);
  return (
    <aside data-panel="contact" aria-label={t('contact.label')} className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-[52px] shrink-0 items-center gap-1 border-b border-line ps-4 pe-2">
        <h2 className="flex-1 text-14 font-semibold">{t('contact.label')}</h2>
        {contactId !== undefined && (
          <IconButton
            icon={ArrowUpRight}
            isDirectional
            label={t('contact.open_page')}
            onClick={() => navigate(paths.contacts(contactId))}
          />
        )}
        {contact && <ContactMenu contact={contact} conversationId={conversationId} />}
        {isOverlay && <IconButton icon={X} label={t('common.close')} onClick={onClose} />}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {conversation && (
          <div className="flex items-center gap-3 border-b border-line p-4">
            <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={48} />
            <div className="min-w-0 flex-1">
              <ContactName
                key={conversation.contact.name}
                id={conversation.contact.id}
                name={conversation.contact.name}
              />
              <p dir="auto" className="truncate text-aligned text-12 text-muted">
                {conversation.address_display}
              </p>
            </div>
            {contact && <VipButton contact={contact} />}
          </div>
        )}
        {conversation && <Promises conversation={conversation} />}
        {contact ? (
          <>
            <ContactDetails contact={contact} conversationId={conversationId} />
            <Suspense>
              <PanelSkills conversationId={conversationId} />
            </Suspense>
            <PanelTasks conversationId={conversationId} />
            <PanelDiscussions conversationId={conversationId} />
            <History contact={contact} current={conversationId} isFolding />
          </>
        ) : (
          <Skeleton className="p-4" />
        )}
      </div>
    </aside>
  );
});
