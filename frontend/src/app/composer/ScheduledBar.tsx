/** Above the box: what goes out later in this conversation, and what could not and why. */
import { CalendarClock, CirclePause, Ellipsis, Pencil, SendHorizontal, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { fetchScheduled } from '@/shared/api/calls';
import type { Conversation, Id, ScheduledMessage } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { setDraft } from '@/shared/outbox/drafts';
import { draftKey } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { describeContent, wordOfKind, kindOfContent } from '../inbox/describe';
import { focusComposer } from './focus';
import { cancelScheduled, putOff, reasonOf, sendNow } from './schedule';

const SendLaterDialog = lazy(() => import('./SendLaterDialog'));

export default function ScheduledBar({ conversation }: { readonly conversation: Conversation }) {
  const messages = useScheduled(conversation.id);
  const [moved, setMoved] = useState<ScheduledMessage | null>(null);
  if (messages.length === 0) return null;
  return (
    <section
      aria-label={t('schedule.label')}
      aria-live="polite"
      className="max-h-[30dvh] overflow-y-auto rounded-lg border border-line bg-canvas text-13"
    >
      <ul className="divide-y divide-line">
        {messages.map((message) => (
          <Row key={message.id} message={message} onMove={() => setMoved(message)} />
        ))}
      </ul>
      {moved && (
        <Suspense fallback={null}>
          <SendLaterDialog
            conversation={conversation}
            title={t('schedule.change_title')}
            action={t('schedule.save')}
            isTemplate={moved.content.kind === 'template'}
            onClose={() => setMoved(null)}
            onChoose={async (dueAt) => {
              if (await putOff(moved, dueAt)) setMoved(null);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

const NONE: readonly ScheduledMessage[] = [];

/** Asked anew whenever one of the workspace's scheduled messages changes; they change rarely. */
function useScheduled(conversationId: Id): readonly ScheduledMessage[] {
  const epoch = useStore((state) => state.scheduledEpoch + state.epoch);
  const [messages, setMessages] = useState(NONE);
  useEffect(() => {
    let isOver = false;
    fetchScheduled(conversationId).then(
      (found) => !isOver && setMessages(found),
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [conversationId, epoch]);
  return messages;
}

function Row({ message, onMove }: { readonly message: ScheduledMessage; readonly onMove: () => void }) {
  const now = useMinute();
  const author = useStore((state) => (message.agent_id === null ? undefined : state.agents.get(message.agent_id)));
  const isMine = useStore((state) => state.me === message.agent_id);
  const isHeld = message.state === 'held';
  const Icon = isHeld ? CirclePause : CalendarClock;
  const when = formatNear(message.due_at, now);
  const text = describeContent(message.content) || wordOfKind(kindOfContent(message.content));
  return (
    <li className="flex items-start gap-2 ps-3 pe-1">
      <Icon
        aria-hidden
        size={14}
        strokeWidth={1.75}
        className={cx('mt-2.5 shrink-0', isHeld ? 'text-danger' : 'text-muted')}
      />
      <span className="min-w-0 flex-1 py-1.5">
        <span dir="auto" className="line-clamp-2 text-aligned break-words">
          {text}
        </span>
        <span className={cx('block text-12', isHeld ? 'text-danger' : 'text-muted')}>
          {isHeld ? t('schedule.held', { when }) : t('schedule.at', { when })}
          {author && !isMine && <bdi> {t('schedule.by', { name: author.name })}</bdi>}
        </span>
        {isHeld && <span className="block text-12">{reasonOf(message)}</span>}
      </span>
      <Menu trigger={<IconButton icon={Ellipsis} size={28} label={t('common.more')} className="mt-1" />}>
        <MenuItem icon={SendHorizontal} onClick={() => void sendNow(message)}>
          {t('schedule.now')}
        </MenuItem>
        <MenuItem icon={CalendarClock} onClick={onMove}>
          {t('schedule.time')}
        </MenuItem>
        {message.content.kind === 'text' && (
          <MenuItem icon={Pencil} onClick={() => void takeBack(message, text)}>
            {t('schedule.edit')}
          </MenuItem>
        )}
        <MenuItem icon={X} isDangerous onClick={() => void cancel(message)}>
          {t('schedule.cancel')}
        </MenuItem>
      </Menu>
    </li>
  );
}

async function cancel(message: ScheduledMessage): Promise<void> {
  if (await cancelScheduled(message)) showToast(t('schedule.cancelled'));
}

/** Into the box, to be changed and sent or scheduled anew; never over what stands there. */
async function takeBack(message: ScheduledMessage, text: string): Promise<void> {
  const { conversation_id: id } = message;
  if (getState().drafts.has(draftKey(id, 'reply'))) return showToast(t('schedule.box_full'), { isError: true });
  if (!(await cancelScheduled(message))) return;
  setDraft(id, 'reply', text);
  focusComposer('reply');
}
