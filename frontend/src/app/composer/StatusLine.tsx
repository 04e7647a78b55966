import { Hourglass, Pause, Timer } from 'lucide-react';
import type { Channel, Conversation } from '@/shared/api/types';
import { useMinute, useSecond } from '@/shared/format/clock';
import { formatNear, formatSpan, formatWait } from '@/shared/format/times';
import { standsStill, waitingSince } from '@/shared/format/waiting';
import { deadlineState, windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

/** Straight above the box, where the hands are: how long the customer waits, how long one may answer freely. */
export function StatusLine({
  conversation,
  channel,
}: {
  readonly conversation: Conversation;
  readonly channel: Channel | undefined;
}) {
  return (
    <div className="flex h-8 shrink-0 items-center justify-between gap-4 px-1 text-12">
      <WindowText conversation={conversation} channel={channel} />
    </div>
  );
}

function WindowText({
  conversation,
  channel,
}: {
  readonly conversation: Conversation;
  readonly channel: Channel | undefined;
}) {
  const now = useMinute();
  const since = waitingSince(conversation);
  const still = standsStill(conversation);
  const state = windowState(conversation, channel?.capabilities, now);
  const name = conversation.contact.name.split(' ')[0] ?? conversation.contact.name;
  if (state.kind === 'closed') {
    return (
      <>
        <span className="flex min-w-0 items-center gap-1.5 font-semibold">
          <Hourglass aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
          {state.since === null ? t('window.closed') : t('window.closed_since', { when: formatNear(state.since, now) })}
        </span>
        <span className="truncate text-muted max-md:hidden">{t('window.opens', { name })}</span>
      </>
    );
  }
  const text =
    state.kind === 'open' &&
    (state.isPressing
      ? t('window.left', { span: formatSpan(state.leftMs) })
      : t('window.open_until', { when: formatNear(state.closesAt, now) }));
  return (
    <>
      <span className="shrink-0">
        {since !== null && <Waiting since={since} conversation={conversation} />}
        {still !== null && (
          <span className="tabular flex items-center gap-1.5 text-muted">
            <Pause aria-hidden size={14} strokeWidth={1.75} />
            {t('composer.waiting', { time: formatWait(Date.parse(still.since), still.untilMs) })}, {t('stage.paused')}
          </span>
        )}
      </span>
      {text !== false && state.kind === 'open' && (
        <span
          key={text} // what ends here has its own beginning: another text is another box, not one that moved
          className={cx('flex min-w-0 items-center gap-1.5', state.isPressing ? 'font-medium text-warn' : 'text-muted')}
        >
          <Hourglass aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
          <span className="truncate">{text}</span>
        </span>
      )}
    </>
  );
}

interface WaitingProps {
  readonly since: string;
  readonly conversation: Conversation;
}

/** How long; what was promised by when is said when one points at it, and its colour tells that it is over. */
function Waiting({ since, conversation }: WaitingProps) {
  const now = useSecond();
  const promised = conversation.deadlines.map(({ clock, due_at }) =>
    t(`deadline.${clock}`, { when: formatNear(due_at, now) }),
  );
  const isLate = deadlineState(conversation, now).kind === 'overdue';
  return (
    <span
      title={promised.join('\n') || undefined}
      className={cx('tabular flex items-center gap-1.5 font-semibold', isLate && 'text-danger')}
    >
      <Timer aria-hidden size={14} strokeWidth={1.75} />
      {t('composer.waiting', { time: formatWait(Date.parse(since), now) })}
    </span>
  );
}
