import {
  AlarmClock,
  AlarmClockCheck,
  AtSign,
  CalendarClock,
  CircleAlert,
  CirclePause,
  Flag,
  Hourglass,
  Lock,
  Pause,
  Pin,
  Timer,
} from 'lucide-react';
import { memo } from 'react';
import { useSignedIn } from '@/shared/api/session';
import type { Conversation, Id, LastMessage } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatAlarm, formatNear, formatRowTime, formatSpan, formatWaitingTime } from '@/shared/format/times';
import { standsStill, waitingSince } from '@/shared/format/waiting';
import { deadlineState, windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar, NobodyMark } from '@/shared/ui/Avatar';
import { CountBadge } from '@/shared/ui/Badge';
import { cx } from '@/shared/ui/cx';
import { VipMark } from '@/shared/ui/VipMark';
import { NAME_LINE, RowLabels } from '../labels/RowLabels';
import { concerns } from '../together/concern';
import { PresenceSign } from '../together/PresenceMarks';
import { useOthers } from '../together/usePresence';
import { iconOfKind, wordOfKind } from './describe';
import { unreadOf, useConversation, useDraft } from './select';

const MINUTE_MS = 60_000;

export interface ConversationRowProps {
  readonly id: Id;
  readonly isSelected: boolean;
  /** Everything in the list is one's own: whose it is need not be said. */
  readonly isMine?: boolean;
}

/** One conversation: who, what last, since when, what presses. Weight is meaning: 600 waits, 500 does not. */
export const ConversationRow = memo(function ConversationRow({ id, isSelected, isMine = false }: ConversationRowProps) {
  const conversation = useConversation(id);
  const channelType = useStore((state) => state.channels.get(conversation?.channel_id ?? '')?.type);
  const me = useStore((state) => state.me);
  const isMentioned = useStore((state) => state.mentions.has(id));
  const isPinned = useStore((state) => state.pins.includes(id));
  const now = useMinute();
  if (!conversation) return <div className="h-(--row) max-md:h-18" />;
  const since = waitingSince(conversation);
  const still = standsStill(conversation);
  const isWaiting = since !== null;
  const isConcern = concerns(conversation, me) || isMentioned;
  const isBold = isConcern && (isWaiting || unreadOf(conversation) > 0);
  const at = since ?? still?.since ?? conversation.last_activity_at;
  const time = isWaiting || still ? formatWaitingTime(at, still?.untilMs ?? now) : formatRowTime(at, now);
  return (
    <div
      className={cx(
        'flex h-(--row) items-center gap-3 rounded-lg px-2.5 text-13 max-md:h-18 max-md:rounded-none max-md:px-4',
        isSelected ? 'bg-accent-soft' : 'group-hover/row:bg-hover',
      )}
    >
      <Avatar
        name={conversation.contact.name}
        seed={conversation.contact.id}
        channelType={channelType}
        ground={isSelected ? 'accent-soft' : 'surface'}
        className="max-md:[&>span:first-child]:size-11 max-md:[&>span:first-child]:text-16"
      />
      <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_18px] grid-rows-[1.25rem_1.25rem] items-center gap-x-2">
        <span className="flex items-center gap-2">
          <span className={cx(NAME_LINE, 'flex-1')}>
            <span
              dir="auto"
              className={cx(
                'max-w-full min-w-0 truncate text-aligned max-md:text-[0.9375rem]',
                isBold ? 'font-semibold' : 'font-medium',
              )}
            >
              {conversation.contact.name}
            </span>
            {conversation.contact.is_vip && <VipMark />}
            <RowLabels ids={conversation.label_ids} />
          </span>
          {isPinned && (
            <span role="img" aria-label={t('together.pinned')} className="shrink-0 text-muted">
              <Pin aria-hidden size={12} strokeWidth={1.75} />
            </span>
          )}
          {isWaiting && !isBold && (
            <span role="img" aria-label={t('row.waiting')} className="-me-1 shrink-0">
              <Timer aria-hidden size={12} strokeWidth={1.75} />
            </span>
          )}
          {still && (
            <span role="img" aria-label={t('stage.paused')} className="-me-1 shrink-0 text-muted">
              <Pause aria-hidden size={12} strokeWidth={1.75} />
            </span>
          )}
          <time
            key={time} // another time is another box, not one that moved; and what stands before it keeps its place
            dateTime={at}
            className={cx(
              'tabular min-w-11 shrink-0 text-end text-11',
              isWaiting ? 'font-medium text-ink' : 'text-muted',
            )}
          >
            {time}
          </time>
        </span>
        {isMine ? <span /> : <Owner id={conversation.assignee_id} />}
        <span className="flex items-center gap-2">
          <Snippet conversation={conversation} isWaiting={isWaiting} />
          <Signs conversation={conversation} now={now} />
        </span>
        {isConcern ? <Unread conversation={conversation} /> : <span />}
      </div>
    </div>
  );
});

function Owner({ id }: { readonly id: Id | null }) {
  const agent = useStore((state) => (id === null ? undefined : state.agents.get(id)));
  const isSelf = useStore((state) => state.me === id);
  if (id === null || !agent) return <NobodyMark />;
  return (
    <>
      <Avatar name={agent.name} seed={agent.id} size={18} isSelf={isSelf} />
      <span className="sr-only">{t('row.owner', { name: agent.name })}</span>
    </>
  );
}

function Unread({ conversation }: { readonly conversation: Conversation }) {
  const unread = unreadOf(conversation);
  if (unread === 0) return <span />;
  return (
    <span className="justify-self-end">
      <CountBadge count={unread} label={t('row.unread', { count: unread })} />
    </span>
  );
}

function Snippet({ conversation, isWaiting }: { readonly conversation: Conversation; readonly isWaiting: boolean }) {
  const draft = useDraft(conversation.id);
  const last = conversation.last_message;
  return (
    <span className={cx('flex min-w-0 flex-1 items-center gap-1', isWaiting ? 'text-ink' : 'text-muted')}>
      {draft ? (
        <>
          <span className="shrink-0 text-accent">{t('row.draft')}</span> <Words>{draft.text}</Words>
        </>
      ) : (
        last && <LastLine last={last} />
      )}
    </span>
  );
}

function LastLine({ last }: { readonly last: LastMessage }) {
  const author = useAuthor(last);
  const Icon = last.direction === 'note' ? Lock : iconOfKind(last.kind);
  return (
    <>
      {author && <span className="shrink-0">{t('row.author', { name: author })} </span>}
      {Icon && <Icon aria-hidden size={14} strokeWidth={1.75} className="me-0.5 shrink-0" />}
      <Words>{(last.kind !== 'unsupported' && last.preview) || wordOfKind(last.kind)}</Words>
    </>
  );
}

/** Cut at their own end, whichever way they run: the beginning is what tells. */
function Words({ children }: { readonly children: string }) {
  return (
    <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
      {children}
    </span>
  );
}

function useAuthor(last: LastMessage): string {
  const me = useStore((state) => state.me);
  const agent = useStore((state) => (last.author_id === null ? undefined : state.agents.get(last.author_id)));
  if (last.direction !== 'outgoing' && last.direction !== 'note') return '';
  if (last.author_id === me) return t('row.you');
  return agent?.name.split(' ')[0] ?? '';
}

function PrioritySign({ priority }: { readonly priority: number }) {
  const label = t(`row.priority_${priority as 1 | 2 | 3}`);
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={priority === 3 ? 'text-danger' : priority === 2 ? 'text-warn' : 'text-muted'}
    >
      <Flag aria-hidden size={12} strokeWidth={2} fill={priority === 3 ? 'currentColor' : 'none'} />
    </span>
  );
}

/** What presses: not delivered, the window's end; and when it comes back. Silent while nothing does. */
function Signs({ conversation, now }: { readonly conversation: Conversation; readonly now: number }) {
  const capabilities = useStore((state) => state.channels.get(conversation.channel_id)?.capabilities);
  const isMentioned = useStore((state) => state.mentions.has(conversation.id));
  const { preferences } = useSignedIn();
  const serviceWindow = windowState(conversation, capabilities, now, preferences.window_warning_min * MINUTE_MS);
  const reply = deadlineState(conversation, now);
  const isOpen = conversation.state !== 'resolved';
  const isLookedAt = useOthers(conversation.id).length > 0;
  // Other signs are another box that ends in the same place, not one that moved.
  const signs = [
    isLookedAt,
    conversation.priority,
    conversation.stage?.name,
    conversation.state,
    conversation.woken_reason,
    reply.kind === 'calm' || formatSpan(reply.byMs),
    serviceWindow.kind === 'open' && serviceWindow.isPressing ? formatSpan(serviceWindow.leftMs) : serviceWindow.kind,
    isMentioned,
    conversation.scheduled_count > 0,
    conversation.held_count > 0,
    conversation.has_failed,
  ].join();
  return (
    <span key={signs} className="flex shrink-0 items-center gap-2 text-11 font-medium whitespace-nowrap empty:hidden">
      <PresenceSign conversationId={conversation.id} />
      {isOpen && conversation.priority > 0 && <PrioritySign priority={conversation.priority} />}
      {conversation.stage !== null && (
        <span dir="auto" className="max-w-24 truncate font-normal text-muted">
          {conversation.stage.name}
        </span>
      )}
      {conversation.state === 'snoozed' && conversation.snoozed_until !== null && (
        <span className="tabular flex items-center gap-1 font-normal text-muted">
          <AlarmClock aria-hidden size={12} strokeWidth={1.75} />
          <span className="sr-only">{t('row.snoozed')}</span>
          <time dateTime={conversation.snoozed_until}>{formatAlarm(conversation.snoozed_until, now)}</time>
        </span>
      )}
      {isOpen && conversation.woken_reason !== '' && conversation.state !== 'snoozed' && (
        <span className="flex items-center gap-1 text-accent" title={t(`row.woken_${conversation.woken_reason}`)}>
          <AlarmClockCheck aria-hidden size={12} strokeWidth={1.75} />
          <span aria-hidden>{t('row.woken')}</span>
          <span className="sr-only">{t(`row.woken_${conversation.woken_reason}`)}</span>
        </span>
      )}
      {reply.kind !== 'calm' && (
        <span
          title={t(`deadline.${reply.deadline.clock}`, { when: formatNear(reply.deadline.due_at, now) })}
          className={cx('tabular flex items-center gap-1', reply.kind === 'overdue' ? 'text-danger' : 'text-warn')}
        >
          <Timer aria-hidden size={12} strokeWidth={1.75} />
          <span aria-hidden>
            {reply.kind === 'overdue' ? '+' : ''}
            {formatSpan(reply.byMs)}
          </span>
          <span className="sr-only">{t(`row.reply_${reply.kind}`, { span: formatSpan(reply.byMs) })}</span>
        </span>
      )}
      {isOpen && serviceWindow.kind === 'closed' && (
        <span className="flex items-center gap-1 font-normal text-muted">
          <Hourglass aria-hidden size={12} strokeWidth={1.75} />
          {t('row.closed')}
        </span>
      )}
      {isOpen && serviceWindow.kind === 'open' && serviceWindow.isPressing && (
        <span className="tabular flex items-center gap-1 text-warn">
          <Hourglass aria-hidden size={12} strokeWidth={1.75} />
          {formatSpan(serviceWindow.leftMs)}
        </span>
      )}
      {isMentioned && (
        <span role="img" aria-label={t('row.mentioned')} className="text-accent">
          <AtSign aria-hidden size={12} strokeWidth={2} />
        </span>
      )}
      {conversation.scheduled_count > 0 && (
        <span role="img" aria-label={t('row.scheduled')} className="text-muted">
          <CalendarClock aria-hidden size={12} strokeWidth={1.75} />
        </span>
      )}
      {conversation.held_count > 0 && (
        <span className="flex items-center gap-1 text-danger">
          <CirclePause aria-hidden size={12} strokeWidth={1.75} />
          {t('row.held')}
        </span>
      )}
      {conversation.has_failed && (
        <span className="flex items-center gap-1 text-danger">
          <CircleAlert aria-hidden size={12} strokeWidth={1.75} />
          {t('row.failed')}
        </span>
      )}
    </span>
  );
}
