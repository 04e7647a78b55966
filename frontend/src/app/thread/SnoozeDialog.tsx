import { AlarmClock, Hourglass, MessageCircleReply } from 'lucide-react';
import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { formatDate, formatTime } from '@/shared/i18n/format';
import { usePreferences } from '@/shared/preferences';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Kbd } from '@/shared/ui/Kbd';
import { TextField } from '@/shared/ui/TextField';
import { asField, fromField, objection, snoozePresets, type Preset } from './snooze';

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
  const list = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const place = buttons.findIndex((button) => button === document.activeElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const digit = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    if (step === 0 && digit === undefined) return;
    event.preventDefault();
    if (digit) digit.click();
    else buttons[(place + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <>
      <ul ref={list} onKeyDown={onKeyDown} className="-mx-2 flex flex-col">
        {presets.map(({ name, at }, index) => (
          <li key={name}>
            <Choice
              ref={index === 0 ? first : undefined}
              digit={index + 1}
              label={t(`snooze.${name}`)}
              when={formatPreset(name, at)}
              isAfterWindow={objection(at, closesAt, now) === 'after_window'}
              onClick={() => onChoose(at.toISOString())}
            />
          </li>
        ))}
        <li>
          <Choice digit={presets.length + 1} label={t('snooze.until_reply')} isReply onClick={() => onChoose(null)} />
        </li>
      </ul>
      <OwnTime closesAt={closesAt} onChoose={onChoose} />
    </>
  );
}

/** When the window closes, if it is open; a channel without windows has no end. */
function useWindowEnd(conversation: Conversation, now: Date): Time | null {
  const capabilities = useStore((state) => state.channels.get(conversation.channel_id)?.capabilities);
  const state = windowState(conversation, capabilities, now.getTime());
  return state.kind === 'open' ? state.closesAt : null;
}

function formatPreset(name: Preset['name'], at: Date): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  if (name === 'later') return formatTime(at);
  if (name === 'tomorrow' || name === 'next_shift') return formatDate(at, { weekday: 'short', ...time });
  return formatDate(at, { weekday: 'short', day: 'numeric', month: 'short', ...time });
}

interface ChoiceProps {
  readonly ref?: RefObject<HTMLButtonElement | null>;
  readonly digit: number;
  readonly label: string;
  readonly when?: string;
  readonly isReply?: boolean;
  readonly isAfterWindow?: boolean;
  readonly onClick: () => void;
}

function Choice({ ref, digit, label, when, isReply = false, isAfterWindow = false, onClick }: ChoiceProps) {
  const Icon = isReply ? MessageCircleReply : AlarmClock;
  return (
    <button
      ref={ref}
      type="button"
      aria-keyshortcuts={String(digit)}
      onClick={onClick}
      className="flex min-h-9 w-full items-center gap-3 rounded-md px-2 text-start text-14 hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:min-h-11"
    >
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
      <span className="contents pointer-coarse:hidden">
        <Kbd keys={String(digit)} />
      </span>
    </button>
  );
}

interface OwnTimeProps extends Pick<SnoozeDialogProps, 'onChoose'> {
  readonly closesAt: Time | null;
}

function OwnTime({ closesAt, onChoose }: OwnTimeProps) {
  const [value, setValue] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const now = new Date();
  const at = fromField(value);
  const said = at && objection(at, closesAt, now);
  const error =
    said === 'past' ? t('said.snooze_in_past') : isAsked && at === null ? t('snooze.own_missing') : undefined;
  const note =
    said === 'after_window' && closesAt !== null
      ? { state: 'warn' as const, text: t('snooze.window', { when: formatNear(closesAt, now.getTime()) }) }
      : undefined;
  return (
    <form
      className="flex items-start gap-2 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        setIsAsked(true);
        if (at && said !== 'past') onChoose(at.toISOString());
      }}
    >
      <TextField
        label={t('snooze.own')}
        type="datetime-local"
        min={asField(now)}
        value={value}
        onValueChange={setValue}
        error={error}
        note={note}
        className="flex-1"
      />
      <Button type="submit" className="mt-[26px]">
        {t('snooze.save')}
      </Button>
    </form>
  );
}
