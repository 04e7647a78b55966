import { Hourglass, Pencil } from 'lucide-react';
import { useMinute } from '@/shared/format/clock';
import { formatNear, formatSpan } from '@/shared/format/times';
import { waitingSince } from '@/shared/format/waiting';
import { windowState } from '@/shared/format/window';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { TextField } from '@/shared/ui/TextField';
import { cx } from '@/shared/ui/cx';
import type { LeftChat } from './calls';
import { FateRow } from './FateRow';
import { fatesOf, isHanded, isWaiting, type Around, type Fate } from './fates';
import { fateNames } from './words';

export interface ChatRowProps {
  readonly chat: LeftChat;
  readonly fate: Fate;
  readonly around: Around;
  readonly note: string;
  /** Why it could not be done as it was wished. */
  readonly refused: string | undefined;
  readonly onChoose: (fate: Fate) => void;
  readonly onNote: (note: string) => void;
}

/** One chat: who it is, how it stands, and what becomes of it. */
export function ChatRow({ chat, fate, around, note, refused, onChoose, onNote }: ChatRowProps) {
  const { conversation, drafts } = chat;
  const { contact } = conversation;
  const draft = drafts[0];
  const isPutOff = fate.startsWith('snooze-') && isWaiting(chat);
  return (
    <FateRow
      picture={<Avatar name={contact.name} seed={contact.id} size={36} />}
      name={contact.name}
      conversationId={conversation.id}
      fate={fate}
      fates={fatesOf(chat, around)}
      nameOf={fateNames(around, conversation.team_id)}
      onChoose={onChoose}
      refused={refused}
      more={
        <>
          {isHanded(fate) && (
            <TextField
              label={t('finishing.note_of', { name: contact.name })}
              isLabelHidden
              placeholder={t('finishing.note')}
              value={note}
              onValueChange={onNote}
            />
          )}
          {isPutOff && <p className="text-13 text-muted">{t('finishing.snoozing_waiting')}</p>}
        </>
      }
    >
      <Standing chat={chat} />
      {draft ? (
        <p dir="auto" className="line-clamp-2 text-aligned text-13 text-muted">
          <Pencil aria-hidden size={12} strokeWidth={1.75} className="me-1 inline" />
          {t('finishing.draft', { text: draft.text })}
        </p>
      ) : (
        <p dir="auto" className="truncate text-aligned text-13 text-muted">
          {conversation.last_message?.preview}
        </p>
      )}
    </FateRow>
  );
}

/** How long they wait, whether the window is open, and until when it is put off. */
function Standing({ chat: { conversation } }: { readonly chat: LeftChat }) {
  const now = useMinute();
  const capabilities = useStore((state) => state.channels.get(conversation.channel_id)?.capabilities);
  const since = waitingSince(conversation);
  const open = windowState(conversation, capabilities, now);
  const facts: { text: string; className: string; icon?: true }[] = [];
  if (since !== null) {
    facts.push({
      text: t('finishing.waits', { span: formatSpan(now - Date.parse(since)) }),
      className: 'font-medium text-ink',
    });
  }
  if (open.kind === 'closed') facts.push({ text: t('window.closed'), className: 'text-warn', icon: true });
  if (open.kind === 'open') {
    const text = t('window.left', { span: formatSpan(open.leftMs) });
    facts.push({ text, className: open.isPressing ? 'text-warn' : 'text-muted', icon: true });
  }
  if (conversation.state === 'snoozed') {
    const until = conversation.snoozed_until;
    const text =
      until === null ? t('finishing.snoozed') : t('finishing.snoozed_until', { when: formatNear(until, now) });
    facts.push({ text, className: 'text-muted' });
  }
  return (
    <p className="flex flex-wrap gap-x-3 text-12">
      {facts.map(({ text, className, icon }) => (
        <span key={text} className={cx('tabular flex items-center gap-1', className)}>
          {icon && <Hourglass aria-hidden size={12} strokeWidth={1.75} />}
          {text}
        </span>
      ))}
    </p>
  );
}
