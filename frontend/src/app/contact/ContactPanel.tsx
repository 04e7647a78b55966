import { ChevronRight, Copy, Pencil, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { patchContact } from '@/shared/api/calls';
import type { Address, Contact, EarlierConversation, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { useStored } from '@/shared/hooks/useStored';
import { hasText, t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { loadContact } from '@/shared/store/load';
import { dispatch, useStore } from '@/shared/store/store';
import { Avatar, ChannelMark } from '@/shared/ui/Avatar';
import { copyText } from '@/shared/ui/CopyField';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { useConversation } from '../inbox/select';
import { ContactLabels } from '../labels/ContactLabels';
import { paths } from '../paths';
import { problemText } from '@/shared/problem';

export interface ContactPanelProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
  readonly isOverlay: boolean;
}

/** Who this is: name, addresses, a few facts, and what was spoken about before. */
export function ContactPanel({ conversationId, onClose, isOverlay }: ContactPanelProps) {
  const conversation = useConversation(conversationId);
  const contactId = conversation?.contact.id;
  const contact = useStore((state) => (contactId === undefined ? undefined : state.contacts.get(contactId)));
  const epoch = useStore((state) => state.epoch);
  useEffect(() => {
    if (contactId !== undefined) void loadContact(contactId).catch(() => undefined);
  }, [contactId, epoch]);
  return (
    <aside data-panel="contact" aria-label={t('contact.label')} className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-[52px] shrink-0 items-center justify-between border-b border-line ps-4 pe-2">
        <h2 className="text-14 font-semibold">{t('contact.label')}</h2>
        {isOverlay && <IconButton icon={X} label={t('common.close')} onClick={onClose} />}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {conversation && (
          <div className="flex items-center gap-3 border-b border-line p-4">
            <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={48} />
            <div className="min-w-0 flex-1">
              <Name key={conversation.contact.name} id={conversation.contact.id} name={conversation.contact.name} />
              <p dir="auto" className="truncate text-aligned text-12 text-muted">
                {conversation.address_display}
              </p>
            </div>
          </div>
        )}
        {contact ? <Facts contact={contact} current={conversationId} /> : <Skeleton className="p-4" />}
      </div>
    </aside>
  );
}

/** Edited in place: Enter or leaving keeps it, Escape takes it back. */
function Name({ id, name }: { readonly id: Id; readonly name: string }) {
  const [isEditing, setIsEditing] = useState(false);
  const [value, setValue] = useState(name);
  const save = async () => {
    setIsEditing(false);
    const next = value.trim();
    if (next === '' || next === name) return setValue(name);
    try {
      dispatch({ type: 'contact_loaded', contact: await patchContact(id, next) });
    } catch (error) {
      setValue(name);
      showToast(problemText(error), { isError: true });
    }
  };
  if (!isEditing) {
    return (
      <button
        type="button"
        aria-label={t('contact.rename', { name: value })}
        onClick={() => setIsEditing(true)}
        className="group/name -mx-1 flex max-w-full min-w-0 items-center gap-2 rounded-sm px-1 hover:bg-hover"
      >
        <span dir="auto" className="truncate text-16 font-semibold">
          {value}
        </span>
        <Pencil
          aria-hidden
          size={12}
          strokeWidth={1.75}
          className="shrink-0 text-muted opacity-0 group-hover/name:opacity-100 group-focus-visible/name:opacity-100"
        />
      </button>
    );
  }
  return (
    <input
      dir="auto"
      autoFocus
      value={value}
      aria-label={t('contact.name')}
      onChange={(event) => setValue(event.target.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          setValue(name);
          setIsEditing(false);
        }
      }}
      className="-mx-1 w-full rounded-sm border border-line-strong bg-raised px-1 text-16 font-semibold"
    />
  );
}

function Facts({ contact, current }: { readonly contact: Contact; readonly current: Id }) {
  const earlier = contact.conversations.filter((conversation) => conversation.id !== current);
  return (
    <>
      <ContactLabels contact={contact} />
      <dl className="border-b border-line px-4 py-3 text-13">
        {contact.addresses.map((address) => (
          <AddressLine key={address.id} address={address} />
        ))}
        {contact.locale && (
          <Fact label={t('contact.language')}>
            <bdi>{languageName(contact.locale)}</bdi>
          </Fact>
        )}
        <LocalTime phone={contact.phone} />
        <Fact label={t('contact.since')}>
          {formatDate(contact.created_at, { day: 'numeric', month: 'long', year: 'numeric' })}
        </Fact>
      </dl>
      {earlier.length > 0 && <Earlier conversations={earlier} />}
    </>
  );
}

/** What time it is where the customer probably is: may one call now, does one wish a good evening? */
function LocalTime({ phone }: { readonly phone: string }) {
  const [zone, setZone] = useState<string>();
  const now = useMinute();
  useEffect(() => {
    let isCurrent = true;
    // The table is fetched with the first contact that is looked at, not with the inbox.
    void import('./zones').then(({ zoneOfPhone }) => isCurrent && setZone(zoneOfPhone(phone)));
    return () => {
      isCurrent = false;
    };
  }, [phone]);
  if (zone === undefined) return null;
  return (
    <Fact label={t('contact.local_time')}>
      <span title={t('contact.local_time_guess')}>
        {formatDate(new Date(now), { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone })}
      </span>
    </Fact>
  );
}

function AddressLine({ address }: { readonly address: Address }) {
  const key = `scheme.${address.scheme}`;
  const shown = address.display || address.value;
  return (
    <Fact label={hasText(key) ? t(key) : address.scheme}>
      <span className="group/address flex min-w-0 items-center justify-between gap-1">
        <bdi className="truncate">{shown}</bdi>
        <button
          type="button"
          aria-label={t('contact.copy', { value: shown })}
          onClick={() => void copyText(shown).then((isDone) => isDone && showToast(t('common.copied')))}
          className="grid size-6 shrink-0 place-items-center rounded-sm text-muted opacity-0 group-hover/address:opacity-100 hover:bg-hover hover:text-ink focus-visible:opacity-100 pointer-coarse:opacity-100"
        >
          <Copy aria-hidden size={12} strokeWidth={1.75} />
        </button>
      </span>
    </Fact>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="grid min-h-6 grid-cols-[84px_minmax(0,1fr)] items-center gap-2">
      <dt className="truncate text-muted">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Earlier({ conversations }: { readonly conversations: readonly EarlierConversation[] }) {
  const [isOpen, setIsOpen] = useStored('threadline-earlier', true);
  const channels = useStore((state) => state.channels);
  const now = useMinute();
  return (
    <section className="border-b border-line py-2">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex h-8 w-full items-center gap-2 px-4 text-13 font-semibold"
      >
        {t('contact.earlier')}
        <span className="tabular font-normal text-muted">{conversations.length}</span>
        <ChevronRight
          aria-hidden
          size={14}
          strokeWidth={1.75}
          className={cx('ms-auto text-muted transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
        />
      </button>
      {isOpen && (
        <ul>
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <Link
                href={paths.inbox(conversation.state === 'resolved' ? 'resolved' : 'open', conversation.id)}
                className="flex gap-3 px-4 py-1.5 text-13 hover:bg-hover"
              >
                <span className="grid h-5 w-4 place-items-center">
                  <ChannelMark type={channels.get(conversation.channel_id)?.type ?? ''} isBare />
                </span>
                <span className="min-w-0">
                  <span dir="auto" className="line-clamp-2 text-aligned">
                    {conversation.preview || t('contact.no_text')}
                  </span>
                  <span className="block text-12 text-muted">{formatRowTime(conversation.last_activity_at, now)}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function languageName(locale: string): string {
  try {
    return (
      new Intl.DisplayNames([document.documentElement.lang || 'en'], { type: 'language' }).of(
        locale.replace('_', '-'),
      ) ?? locale
    );
  } catch {
    return locale;
  }
}
