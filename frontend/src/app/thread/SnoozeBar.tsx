import { AlarmClock } from 'lucide-react';
import { useMay } from '@/shared/api/session';
import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { wake } from './actions';

/** Under the header of a conversation that was put off: until when, and the way back. */
export function SnoozeBar({ conversation }: { readonly conversation: Conversation }) {
  const now = useMinute();
  const mayChange = useMay('conversations:change');
  const until = conversation.snoozed_until;
  return (
    <div
      role="group"
      aria-label={t('view.snoozed')}
      className="flex min-h-10 shrink-0 items-center gap-2 border-b border-line bg-canvas ps-5 pe-4 text-13 max-md:ps-4"
    >
      <AlarmClock aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">
        {until === null ? t('snooze.bar_reply') : t('snooze.bar', { when: formatNear(until, now) })}
      </span>
      {mayChange && (
        <Button look="link" size="small" onClick={() => wake(conversation)}>
          {t('snooze.wake')}
        </Button>
      )}
    </div>
  );
}
