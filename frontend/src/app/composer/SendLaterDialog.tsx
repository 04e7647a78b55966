import { CalendarClock, Hourglass } from 'lucide-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { Conversation, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { usePreferences } from '@/shared/preferences';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Kbd } from '@/shared/ui/Kbd';
import { TextField } from '@/shared/ui/TextField';
import { asField, fromField, objection, snoozePresets } from '../thread/snooze';

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
  const hours = usePreferences();
  const [isBusy, setBusy] = useState(false);
  const closesAt = useWindowEnd(conversation, now, isTemplate);
  const list = useRef<HTMLUListElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const choose = (at: Date) => {
    if (isBusy) return;
    setBusy(true);
    void onChoose(at.toISOString()).finally(() => setBusy(false));
  };
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
  const presets = snoozePresets(now, hours);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={first}>
      <ul ref={list} onKeyDown={onKeyDown} className="-mx-2 flex flex-col">
        {presets.map(({ name, at }, index) => (
          <li key={name}>
            <button
              ref={index === 0 ? first : undefined}
              type="button"
              aria-keyshortcuts={String(index + 1)}
              aria-busy={isBusy || undefined}
              onClick={() => choose(at)}
              className="flex min-h-9 w-full items-center gap-3 rounded-md px-2 text-start text-14 hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:min-h-11"
            >
              <CalendarClock aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
              <span className="flex min-w-0 flex-1 items-center justify-between gap-3">
                <span className="truncate">{t(`snooze.${name}`)}</span>
                {objection(at, closesAt, now) === 'after_window' && (
                  <span className="flex shrink-0 items-center gap-1 text-12 font-medium text-warn">
                    <Hourglass aria-hidden size={12} strokeWidth={1.75} />
                    {t('snooze.after_window')}
                  </span>
                )}
              </span>
              <span className="tabular text-13 text-muted">{formatNear(at.toISOString(), now.getTime())}</span>
              <span className="contents pointer-coarse:hidden">
                <Kbd keys={String(index + 1)} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <OwnTime closesAt={closesAt} action={action} isBusy={isBusy} onChoose={choose} />
    </Dialog>
  );
}

/** When the window closes; now, if it is closed already. Null: there is none, or it does not matter. */
function useWindowEnd(conversation: Conversation, now: Date, isTemplate: boolean): Time | null {
  const capabilities = useStore((state) => state.channels.get(conversation.channel_id)?.capabilities);
  const state = windowState(conversation, capabilities, now.getTime());
  return state.kind === 'open' && !isTemplate ? state.closesAt : null;
}

interface OwnTimeProps {
  readonly closesAt: Time | null;
  readonly action: string;
  readonly isBusy: boolean;
  readonly onChoose: (at: Date) => void;
}

function OwnTime({ closesAt, action, isBusy, onChoose }: OwnTimeProps) {
  const [value, setValue] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const now = new Date();
  const at = fromField(value);
  const found = at && objection(at, closesAt, now);
  const error =
    found === 'past' ? t('said.schedule_in_past') : isAsked && at === null ? t('snooze.own_missing') : undefined;
  const note =
    found === 'after_window' && closesAt !== null
      ? { state: 'warn' as const, text: t('schedule.window', { when: formatNear(closesAt, now.getTime()) }) }
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
        label={t('schedule.own')}
        type="datetime-local"
        min={asField(now)}
        value={value}
        onValueChange={setValue}
        error={error}
        note={note}
        className="flex-1"
      />
      <Button type="submit" isBusy={isBusy} className="mt-[26px]">
        {action}
      </Button>
    </form>
  );
}
