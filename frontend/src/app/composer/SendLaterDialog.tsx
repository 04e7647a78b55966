import { CalendarClock } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { usePreferences } from '@/shared/preferences';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitList } from '@/shared/ui/DigitList';
import { objection, snoozePresets } from '../thread/snooze';
import { OwnTime, TimeChoice, useWindowEnd } from '../thread/TimeChoice';

export interface SendLaterDialogProps {
  readonly conversation: Conversation;
  readonly title: string;
  readonly action: string;
  /** A template needs no window. */
  readonly isTemplate?: boolean;
  readonly onClose: () => void;
  readonly onChoose: (dueAt: Time) => Promise<void>;
}

/** When a message goes out: a digit, or a time of one's own. What lies behind the window's end says so before. */
export default function SendLaterDialog({
  conversation,
  title,
  action,
  isTemplate = false,
  onClose,
  onChoose,
}: SendLaterDialogProps) {
  const [now] = useState(() => new Date());
  const [isBusy, setBusy] = useState(false);
  const presets = snoozePresets(now, usePreferences());
  const windowEnd = useWindowEnd(conversation, now);
  const closesAt = isTemplate ? null : windowEnd;
  const first = useRef<HTMLButtonElement>(null);
  const choose = (at: Date) => {
    if (isBusy) return;
    setBusy(true);
    void onChoose(at.toISOString()).finally(() => setBusy(false));
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={first}>
      <DigitList>
        {presets.map(({ name, at }, index) => (
          <TimeChoice
            key={name}
            ref={index === 0 ? first : undefined}
            digit={index + 1}
            icon={CalendarClock}
            label={t(`snooze.${name}`)}
            when={formatNear(at.toISOString(), now.getTime())}
            isAfterWindow={objection(at, closesAt, now) === 'after_window'}
            isBusy={isBusy}
            onClick={() => choose(at)}
          />
        ))}
      </DigitList>
      <OwnTime
        label={t('schedule.own')}
        action={action}
        isBusy={isBusy}
        closesAt={closesAt}
        past={t('said.schedule_in_past')}
        afterWindow={(when) => t('schedule.window', { when })}
        onChoose={choose}
      />
    </Dialog>
  );
}
