import { Ban, Bot, MessageSquareOff, Moon, Zap, type LucideIcon } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useSignedIn } from '@/shared/api/session';
import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { isNightIn } from '@/shared/format/contact';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { isFlood } from './flood';

/** Asked of the server: most workspaces are told nothing by it, and it stands at once from the second conversation on. */
const ClosedNote = lazy(() => import('../hours/ClosedNote'));

/**
 * What one should know before writing to this customer: a person is warned, never stopped. The row knows all of it, so
 * that nothing moves once the conversation is drawn.
 */
export function ContactWarnings({ conversation }: { readonly conversation: Conversation }) {
  const { contact } = conversation;
  const now = useMinute();
  const { flood } = useSignedIn().workspace;
  const isFlooding = useStore((state) => {
    const ids = state.threads.get(conversation.id)?.ids.slice(-4 * flood.messages) ?? [];
    return isFlood(
      ids.flatMap((id) => state.messages.get(id) ?? []),
      flood,
      now,
    );
  });
  const name = contact.name.split(' ')[0] || conversation.address_display;
  // By a key of its own it is another line, not the first of those below that moved.
  if (contact.is_blocked) {
    return (
      <Warning key="blocked" icon={Ban}>
        {t('warning.blocked', { name })}
      </Warning>
    );
  }
  return (
    <>
      {conversation.bot && <Warning icon={Bot}>{t('warning.bot', { bot: conversation.bot.name })}</Warning>}
      {isFlooding && <Warning icon={Zap}>{t('warning.flood', { name })}</Warning>}
      {contact.is_opted_out && <Warning icon={MessageSquareOff}>{t('warning.opted_out', { name })}</Warning>}
      <Suspense fallback={null}>
        <ClosedNote conversation={conversation} />
      </Suspense>
      {isNightIn(contact.time_zone, now) && (
        <Warning icon={Moon}>
          {t('warning.night', {
            name,
            time: formatDate(new Date(now), { hour: '2-digit', minute: '2-digit', timeZone: contact.time_zone }),
          })}
        </Warning>
      )}
    </>
  );
}

function Warning({ icon: Icon, children }: { readonly icon: LucideIcon; readonly children: string }) {
  return (
    <p role="note" className="flex shrink-0 items-center gap-1.5 px-5 pt-1 text-12 font-medium text-warn max-md:px-3.5">
      <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
      {children}
    </p>
  );
}
