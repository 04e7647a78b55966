import { AlarmClock, MessageCircleReply } from 'lucide-react';
import { useRef, useState, type RefObject } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatTime } from '@/shared/i18n/format';
import { usePreferences } from '@/shared/preferences';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitList } from '@/shared/ui/DigitList';
import { objection, snoozePresets, type Preset } from './snooze';
import { OwnTime, TimeChoice, useWindowEnd } from './TimeChoice';

export interface SnoozeDialogProps {
  readonly conversation: Conversation;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onChoose: (until: Time | null) => void;
}

/** H, then Enter or a digit: two presses. Whatever lies behind the window's end says so before it is chosen. */
export function SnoozeDialog({ conversation, open, onOpenChange, onChoose }: SnoozeDialogProps) {
  const first = useRef<HTMLButtonElement>(null);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('snooze.title')} initialFocus={first}>
      <Choices conversation={conversation} first={first} onChoose={onChoose} />
    </Dialog>
  );
}

interface ChoicesProps extends Pick<SnoozeDialogProps, 'conversation' | 'onChoose'> {
  readonly first: RefObject<HTMLButtonElement | null>;
}

function Choices({ conversation, first, onChoose }: ChoicesProps) {
  const [now] = useState(() => new Date());
  const closesAt = useWindowEnd(conversation, now);
  const presets = snoozePresets(now, usePreferences());
  return (
    <>
      <DigitList>
        {presets.map(({ name, at }, index) => (
          <TimeChoice
            key={name}
            ref={index === 0 ? first : undefined}
            digit={index + 1}
            icon={AlarmClock}
            label={t(`snooze.${name}`)}
            when={formatPreset(name, at)}
            isAfterWindow={objection(at, closesAt, now) === 'after_window'}
            onClick={() => onChoose(at.toISOString())}
          />
        ))}
        <TimeChoice
          digit={presets.length + 1}
          icon={MessageCircleReply}
          label={t('snooze.until_reply')}
          onClick={() => onChoose(null)}
        />
      </DigitList>
      <OwnTime
        label={t('snooze.own')}
        action={t('snooze.save')}
        closesAt={closesAt}
        past={t('said.snooze_in_past')}
        afterWindow={(when) => t('snooze.window', { when })}
        onChoose={(at) => onChoose(at.toISOString())}
      />
    </>
  );
}

function formatPreset(name: Preset['name'], at: Date): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  if (name === 'later') return formatTime(at);
  if (name === 'tomorrow' || name === 'next_shift') return formatDate(at, { weekday: 'short', ...time });
  return formatDate(at, { weekday: 'short', day: 'numeric', month: 'short', ...time });
}
