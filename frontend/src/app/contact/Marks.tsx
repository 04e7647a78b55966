import { Ban, BellOff, MessageSquareOff, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';

/** What stands against writing to somebody, and who said so. */
export function Marks({ contact }: { readonly contact: Contact }) {
  const channels = useStore((state) => state.channels);
  const lines: ReactNode[] = [];
  if (contact.blocked_at !== null) {
    lines.push(
      <Line key="blocked" icon={Ban} className="text-danger">
        {t('contact.blocked_since', { date: dateOf(contact.blocked_at) })}
      </Line>,
    );
  }
  if (contact.opted_out_at !== null) {
    lines.push(
      <Line key="hand" icon={MessageSquareOff} className="text-warn">
        {t('contact.out_by_hand', { date: dateOf(contact.opted_out_at) })}
      </Line>,
    );
  }
  for (const one of contact.consents) {
    if (one.is_given || one.category !== 'marketing') continue;
    const values = { date: dateOf(one.changed_at), channel: channels.get(one.channel_id)?.name ?? '' };
    lines.push(
      <Line key={one.channel_id} icon={MessageSquareOff} className="text-warn">
        {one.source === 'word' ? t('contact.out_by_word', values) : t('contact.out_by_provider', values)}
      </Line>,
    );
  }
  if (contact.is_muted) {
    lines.push(
      <Line key="muted" icon={BellOff} className="text-muted">
        {t('contact.is_muted')}
      </Line>,
    );
  }
  if (lines.length === 0) return null;
  return <ul className="border-b border-line px-4 py-2 text-12">{lines}</ul>;
}

interface LineProps {
  readonly icon: LucideIcon;
  readonly className: string;
  readonly children: ReactNode;
}

function Line({ icon: Icon, className, children }: LineProps) {
  return (
    <li className={`flex items-start gap-2 py-0.5 ${className}`}>
      <Icon aria-hidden size={14} strokeWidth={1.75} className="mt-px shrink-0" />
      <span>{children}</span>
    </li>
  );
}

function dateOf(at: string): string {
  return formatDate(at, { day: 'numeric', month: 'short', year: 'numeric' });
}
