/** What a moment is chosen with: choices that say when they lie behind the window's end, and a time of one's own. */
import { Hourglass, type LucideIcon } from 'lucide-react';
import { useState, type Ref } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { DigitChoice } from '@/shared/ui/DigitList';
import { TextField } from '@/shared/ui/TextField';
import { asField, fromField, objection } from './snooze';

/** When the window closes, if it is open; a channel without windows has no end. */
export function useWindowEnd(conversation: Conversation, now: Date): Time | null {
  const capabilities = useStore((state) => state.channels.get(conversation.channel_id)?.capabilities);
  const state = windowState(conversation, capabilities, now.getTime());
  return state.kind === 'open' ? state.closesAt : null;
}

export interface TimeChoiceProps {
  readonly ref?: Ref<HTMLButtonElement>;
  readonly digit: number;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly when?: string;
  readonly isAfterWindow?: boolean;
  readonly isBusy?: boolean;
  readonly onClick: () => void;
}

export function TimeChoice({ icon: Icon, label, when, isAfterWindow = false, ...choice }: TimeChoiceProps) {
  return (
    <DigitChoice {...choice}>
      <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span className="flex min-w-0 flex-1 items-center justify-between gap-3 max-md:flex-col max-md:items-start max-md:gap-0">
        <span className="max-w-full truncate">{label}</span>
        {isAfterWindow && (
          <span className="flex shrink-0 items-center gap-1 text-12 font-medium text-warn">
            <Hourglass aria-hidden size={12} strokeWidth={1.75} />
            {t('snooze.after_window')}
          </span>
        )}
      </span>
      {when && <span className="tabular text-13 text-muted">{when}</span>}
    </DigitChoice>
  );
}

export interface OwnTimeProps {
  readonly label: string;
  readonly action: string;
  readonly isBusy?: boolean;
  readonly closesAt: Time | null;
  /** What is said of a time that is over. */
  readonly past: string;
  /** What is said of a time behind the window's end. */
  readonly afterWindow: (end: string) => string;
  /** What else is to be known of the time that was typed. */
  readonly hint?: (at: Date) => string | undefined;
  readonly onChoose: (at: Date) => void;
}

export function OwnTime({ label, action, isBusy = false, closesAt, past, afterWindow, hint, onChoose }: OwnTimeProps) {
  const [value, setValue] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const now = new Date();
  const at = fromField(value);
  const found = at && objection(at, closesAt, now);
  const error = found === 'past' ? past : isAsked && at === null ? t('snooze.own_missing') : undefined;
  const note =
    found === 'after_window' && closesAt !== null
      ? { state: 'warn' as const, text: afterWindow(formatNear(closesAt, now.getTime())) }
      : undefined;
  return (
    <form
      className="flex items-start gap-2 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        setIsAsked(true);
        if (at && found !== 'past') onChoose(at);
      }}
    >
      <TextField
        label={label}
        type="datetime-local"
        min={asField(now)}
        value={value}
        onValueChange={setValue}
        error={error}
        hint={at && found !== 'past' ? hint?.(at) : undefined}
        note={note}
        className="flex-1"
      />
      <Button type="submit" isBusy={isBusy} className="mt-[26px]">
        {action}
      </Button>
    </form>
  );
}
