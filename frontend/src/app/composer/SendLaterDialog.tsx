import { CalendarClock, Sunrise } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { isNightIn } from '@/shared/format/contact';
import { formatNear } from '@/shared/format/times';
import { formatDate } from '@/shared/i18n/format';
import { t } from '@/shared/i18n';
import { usePreferences } from '@/shared/preferences';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitList } from '@/shared/ui/DigitList';
import { areApart, objection, snoozePresets, theirMorning, type Hours, type Preset } from '../thread/snooze';
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
  const preferences = usePreferences();
  const zone = conversation.contact.time_zone;
  const presets = presetsFor(now, preferences, zone);
  /** What the customer's clock shows, where it is another one. */
  const theirs = (at: Date): string | null =>
    zone !== '' && areApart(zone, preferences.time_zone, at)
      ? formatDate(at, { hour: '2-digit', minute: '2-digit', timeZone: zone })
      : null;
  const whenOf = (at: Date): string => {
    const there = theirs(at);
    const parts = [formatNear(at.toISOString(), now.getTime())];
    if (there !== null) parts.push(t('schedule.theirs', { time: there }));
    if (isNightIn(zone, at.getTime())) parts.push(t('schedule.night'));
    return parts.join(' · ');
  };
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
            icon={name === 'their_morning' ? Sunrise : CalendarClock}
            label={name === 'their_morning' ? t('schedule.their_morning') : t(`snooze.${name}`)}
            when={whenOf(at)}
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
        hint={(at) =>
          theirs(at) === null
            ? undefined
            : t('schedule.own_theirs', {
                when: formatDate(at, { weekday: 'long', hour: '2-digit', minute: '2-digit', timeZone: zone }),
                name: conversation.contact.name.split(' ')[0] || conversation.contact.name,
              })
        }
        onChoose={choose}
      />
    </Dialog>
  );
}

/** The agent's own choices, and the customer's morning where their zone is known; one moment stands once. */
function presetsFor(
  now: Date,
  hours: Hours,
  zone: string,
): readonly { name: Preset['name'] | 'their_morning'; at: Date }[] {
  const own = snoozePresets(now, hours);
  if (zone === '') return own;
  const morning = theirMorning(now, zone);
  return own.some(({ at }) => at.getTime() === morning.getTime())
    ? own
    : [...own, { name: 'their_morning' as const, at: morning }];
}
