import { Check, CheckCheck, CircleAlert, CircleHelp, Clock3, type LucideIcon } from 'lucide-react';
import type { Message } from '@/shared/api/types';
import { t, type Key } from '@/shared/i18n';
import type { Unsent } from '@/shared/store/state';
import { cx } from '@/shared/ui/cx';

export type Tick = 'waiting' | 'sent' | 'delivered' | 'read' | 'uncertain' | 'failed';

const LOOKS: Readonly<Record<Tick, { icon: LucideIcon; ink: string; label: Key }>> = {
  waiting: { icon: Clock3, ink: 'text-muted', label: 'tick.waiting' },
  sent: { icon: Check, ink: 'text-muted', label: 'tick.sent' },
  delivered: { icon: CheckCheck, ink: 'text-muted', label: 'tick.delivered' },
  read: { icon: CheckCheck, ink: 'text-accent', label: 'tick.read' },
  uncertain: { icon: CircleHelp, ink: 'text-warn', label: 'tick.uncertain' },
  failed: { icon: CircleAlert, ink: 'text-danger', label: 'tick.failed' },
};

/** How far a message came: clock, one, two, two in accent, amber question, red alert. Null for what has no way. */
export function tickOf(message: Message, unsent: Unsent | null): Tick | null {
  if (unsent) return unsent.state === 'refused' ? 'failed' : 'waiting';
  if (message.direction !== 'outgoing') return null;
  if (message.is_uncertain) return 'uncertain';
  switch (message.status) {
    case 'queued':
    case 'sending':
      return 'waiting';
    case 'sent':
      return 'sent';
    case 'delivered':
      return 'delivered';
    case 'read':
    case 'played':
      return 'read';
    case 'failed':
      return 'failed';
    case null:
      return null;
  }
}

export function Ticks({ tick }: { readonly tick: Tick }) {
  const { icon: Icon, ink, label } = LOOKS[tick];
  return (
    <span role="img" aria-label={t(label)} className={cx('inline-flex', ink)}>
      <Icon aria-hidden size={14} strokeWidth={1.75} />
    </span>
  );
}
