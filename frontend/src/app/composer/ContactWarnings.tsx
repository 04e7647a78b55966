import { Ban, MessageSquareOff, Moon, type LucideIcon } from 'lucide-react';
import { useEffect } from 'react';
import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { loadContact } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { isNightThere, isOptedOut, zoneOf } from '../contact/marks';

/** What one should know before writing to this customer: a person is warned, never stopped. */
export default function ContactWarnings({ conversation }: { readonly conversation: Conversation }) {
  const id = conversation.contact.id;
  const contact = useStore((state) => state.contacts.get(id));
  const now = useMinute();
  const isKnown = contact !== undefined;
  useEffect(() => {
    if (!isKnown) void loadContact(id).catch(() => undefined);
  }, [id, isKnown]);
  if (contact === undefined) return null;
  const name = contact.name.split(' ')[0] || contact.phone_display;
  if (contact.blocked_at !== null) return <Warning icon={Ban}>{t('warning.blocked', { name })}</Warning>;
  return (
    <>
      {isOptedOut(contact, conversation.channel_id) && (
        <Warning icon={MessageSquareOff}>{t('warning.opted_out', { name })}</Warning>
      )}
      {isNightThere(contact, now) && (
        <Warning icon={Moon}>
          {t('warning.night', {
            name,
            time: formatDate(new Date(now), { hour: '2-digit', minute: '2-digit', timeZone: zoneOf(contact) }),
          })}
        </Warning>
      )}
    </>
  );
}

function Warning({ icon: Icon, children }: { readonly icon: LucideIcon; readonly children: string }) {
  return (
    <p role="note" className="flex items-center gap-1.5 px-1 pt-1 text-12 font-medium text-warn">
      <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
      {children}
    </p>
  );
}
