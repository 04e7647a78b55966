import {
  ArrowRightLeft,
  Ban,
  Bell,
  BellOff,
  Combine,
  Ellipsis,
  MessageSquareOff,
  MessageSquareText,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useSignedIn } from '@/shared/api/session';
import { request } from '@/shared/api/http';
import type { Contact, ConversationDetail, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { ask } from '@/shared/store/ask';
import { learnDetail, loadContact } from '@/shared/store/load';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { isOptedOut } from '@/shared/format/contact';
import { keep, saveContact } from './save';

const PickContact = lazy(() => import('./PickContact'));

type Asking = 'block' | 'merge' | 'move';

export interface ContactMenuProps {
  readonly contact: Contact;
  /** The conversation beside which the contact stands: it may be somebody else's. */
  readonly conversationId?: Id;
}

/** What is done with a contact as a whole. */
export function ContactMenu({ contact, conversationId }: ContactMenuProps) {
  const [asking, setAsking] = useState<Asking>();
  const { permissions } = useSignedIn().agent;
  if (!permissions.includes('contacts:change')) return null;
  const name = contact.name || contact.phone_display;
  const isOut = isOptedOut(contact);

  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={t('contact.menu')} />}>
        <MenuItem
          icon={contact.is_muted ? Bell : BellOff}
          onClick={() => void saveContact(contact.id, { is_muted: !contact.is_muted })}
        >
          {contact.is_muted ? t('contact.unmute') : t('contact.mute')}
        </MenuItem>
        <MenuItem
          icon={isOut ? MessageSquareText : MessageSquareOff}
          onClick={() => void saveContact(contact.id, { is_opted_out: !isOut })}
        >
          {isOut ? t('contact.opt_in') : t('contact.opt_out')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Combine} onClick={() => setAsking('merge')}>
          {t('contact.merge')}
        </MenuItem>
        {conversationId !== undefined && (
          <MenuItem icon={ArrowRightLeft} onClick={() => setAsking('move')}>
            {t('contact.move')}
          </MenuItem>
        )}
        <MenuSeparator />
        {contact.blocked_at === null ? (
          <MenuItem icon={Ban} isDangerous onClick={() => setAsking('block')}>
            {t('contact.block')}
          </MenuItem>
        ) : (
          <MenuItem icon={Ban} onClick={() => void saveContact(contact.id, { is_blocked: false })}>
            {t('contact.unblock')}
          </MenuItem>
        )}
      </Menu>
      <ConfirmDialog
        open={asking === 'block'}
        onOpenChange={(isOpen) => !isOpen && setAsking(undefined)}
        title={t('contact.block_title', { name })}
        description={t('contact.block_text')}
        action={t('contact.block')}
        onConfirm={() => {
          setAsking(undefined);
          void saveContact(contact.id, { is_blocked: true });
        }}
      />
      <Suspense fallback={null}>
        {asking === 'merge' && (
          <PickContact
            title={t('contact.merge_title', { name })}
            text={t('contact.merge_text', { name })}
            action={t('contact.merge_action')}
            exceptId={contact.id}
            onClose={() => setAsking(undefined)}
            onPick={(other) => void merge(contact, other.id)}
          />
        )}
        {asking === 'move' && conversationId !== undefined && (
          <PickContact
            title={t('contact.move_title')}
            text={t('contact.move_text', { name })}
            action={t('contact.move_action')}
            exceptId={contact.id}
            onClose={() => setAsking(undefined)}
            onPick={(other) => void move(conversationId, other.id)}
          />
        )}
      </Suspense>
    </>
  );
}

async function merge(contact: Contact, fromId: Id): Promise<void> {
  const path = `/api/contacts/${contact.id}/merges`;
  let merged: Contact | undefined;
  const isDone = await keep(async () => {
    merged = await request<Contact>('POST', path, { body: { from_id: fromId } });
    return merged;
  });
  const done = merged?.merges.find((one) => one.contact_id === fromId);
  if (isDone && done) showToast(t('contact.merged'), { undo: () => void unmerge(contact.id, done.id) });
}

export function unmerge(contactId: Id, mergeId: Id): Promise<boolean> {
  return keep(() => request<Contact>('DELETE', `/api/contacts/${contactId}/merges/${mergeId}`));
}

async function move(conversationId: Id, contactId: Id): Promise<void> {
  try {
    const body = { contact_id: contactId };
    const url = `/api/conversations/${conversationId}/contact`;
    learnDetail(await ask(() => request<ConversationDetail>('PUT', url, { body })));
    await loadContact(contactId);
    showToast(t('contact.moved'));
  } catch (error) {
    showToast(problemText(error), { isError: true });
  }
}
