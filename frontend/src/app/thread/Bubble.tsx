import { Copy, Ellipsis, Forward, Info, ListChecks, Lock, MailOpen, Reply, SmilePlus, Undo2 } from 'lucide-react';
import { memo, useState, type MouseEvent } from 'react';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { Id, Message, Quoted } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { copyText } from '@/shared/ui/CopyField';
import { IconButton } from '@/shared/ui/IconButton';
import { markUnreadFrom } from '../together/actions';
import { Menu, MenuItem, MenuSign } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { describeContent, iconOfKind, kindOfContent } from '../inbox/describe';
import { react, withdrawNote } from './actions';
import { ContentView, offeredChoices } from './content/ContentView';
import { LedHere } from './content/SpokenText';
import { Meta } from './Meta';
import type { MessageAct } from './messageActs';
import { MessageFoot } from './MessageFoot';
import { isQuotable } from './quoting';
import type { ShownMessage } from './rows';
import { useSwipe } from './useSwipe';

/** While several messages are chosen: which, and the way to choose another or, with Shift, all up to it. */
export interface Selection {
  readonly ids: ReadonlySet<Id>;
  readonly toggle: (messageId: Id, isRange: boolean) => void;
}

export interface BubbleProps {
  /** The conversation that is open; the message may stand in one that is read within it. */
  readonly conversationId: Id;
  readonly shown: ShownMessage;
  readonly contact: { readonly id: Id; readonly name: string };
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isFlashed: boolean;
  readonly can: { readonly quote: boolean; readonly react: boolean };
  readonly selection: Selection | null;
  readonly isReadOnly: boolean;
  readonly onQuote: (message: Message) => void;
  readonly onMessage: (act: MessageAct, message: Message) => void;
  readonly onJump: (messageId: Id) => void;
  readonly onTemplate: () => void;
}

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** Under a finger the bubble itself opens its menu; what can be pressed in it keeps its own meaning. */
function isTap(event: MouseEvent): boolean {
  const target = event.target as Element;
  return (
    matchMedia('(pointer: coarse)').matches &&
    target.closest('a, button, input, textarea, select, form, audio, video, progress') === null
  );
}

export const Bubble = memo(function Bubble(props: BubbleProps) {
  const [areToolsOpen, setToolsOpen] = useState(false);
  const { shown, contact, isFirst, isLast, isFlashed, selection, isReadOnly } = props;
  const { message } = shown;
  const isIncoming = message.direction === 'incoming';
  const isNote = message.direction === 'note';
  const isSticker = message.content.kind === 'media' && message.content.media === 'sticker';
  const canQuote = props.can.quote && !shown.unsent && isQuotable(message);
  const swipe = useSwipe(canQuote && !selection ? () => props.onQuote(message) : undefined);
  return (
    <article
      aria-label={useAuthorName(message, contact.name)}
      data-message={message.id}
      {...swipe.handlers}
      className={cx(
        'group/bubble relative flex touch-pan-y items-end gap-2 px-5 max-md:px-4',
        selection && 'ps-12 max-md:ps-11',
        selection?.ids.has(message.id) && 'bg-accent-soft/60',
        isFirst ? 'pt-(--between)' : 'pt-0.5',
        message.reactions.length > 0 && 'pb-4',
        isIncoming ? 'flex-row' : 'flex-row-reverse',
      )}
    >
      {selection && !shown.unsent && <ChoiceBox message={message} selection={selection} />}
      {swipe.offset > 0 && (
        <span aria-hidden className="absolute start-2 bottom-2 text-accent" style={{ opacity: swipe.offset / 56 }}>
          <Reply size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
        </span>
      )}
      {isIncoming && (
        <span className="w-7 shrink-0 max-md:hidden">
          {isLast && <Avatar name={contact.name} seed={contact.id} size={28} />}
        </span>
      )}
      <div
        className={cx(
          'flex max-w-[min(31.25rem,78%)] min-w-0 flex-col gap-1 max-md:max-w-[85%]',
          isIncoming ? 'items-start' : 'items-end',
        )}
      >
        <div className="relative max-w-full" style={swipe.offset > 0 ? { insetInlineStart: swipe.offset } : undefined}>
          <div
            onClick={(event) => !selection && !isReadOnly && isTap(event) && setToolsOpen(true)}
            className={cx(
              'relative min-w-0 rounded-xl px-3 py-2 transition-colors forced-colors:border',
              isSticker ? 'bg-transparent' : isNote ? 'bg-note' : isIncoming ? 'bg-canvas' : 'bg-accent-soft',
              !isFirst && (isIncoming ? 'rounded-ss-sm' : 'rounded-se-sm'),
              !isLast && (isIncoming ? 'rounded-es-sm' : 'rounded-ee-sm'),
              isFlashed && 'outline-2 outline-accent',
            )}
          >
            <Via message={message} conversationId={props.conversationId} />
            <Head message={message} />
            {message.quoted && <QuoteView quoted={message.quoted} contactName={contact.name} onJump={props.onJump} />}
            <LedHere value={isFlashed}>
              <Body shown={shown} />
            </LedHere>
            <Reactions message={message} contactName={contact.name} isIncoming={isIncoming} />
          </div>
          {!shown.unsent && !selection && !isReadOnly && (
            <Tools {...props} isIncoming={isIncoming} isOpen={areToolsOpen} onOpenChange={setToolsOpen} />
          )}
        </div>
        <Offered message={message} />
        {!isReadOnly && <MessageFoot shown={shown} contactName={contact.name} onTemplate={props.onTemplate} />}
      </div>
    </article>
  );
});

/** The whole row chooses; the box says so to the keyboard and to assistive technology. */
function ChoiceBox({ message, selection }: { readonly message: Message; readonly selection: Selection }) {
  const isChosen = selection.ids.has(message.id);
  return (
    <label className="absolute inset-0 z-10 flex cursor-pointer items-end ps-4 pb-2">
      <input
        type="checkbox"
        checked={isChosen}
        aria-label={t('thread.choose', { text: describeContent(message.content) })}
        // A box changes by a click, also by one from the keyboard, which knows of Shift.
        onChange={(event) => selection.toggle(message.id, (event.nativeEvent as globalThis.MouseEvent).shiftKey)}
        className="size-5 accent-(--accent)"
      />
    </label>
  );
}

function useAuthorName(message: Message, contactName: string): string {
  const me = useStore((state) => state.me);
  const agent = useStore((state) => (message.author.id === null ? undefined : state.agents.get(message.author.id)));
  const name =
    message.author.kind === 'contact'
      ? contactName
      : message.author.id === me
        ? t('row.you')
        : (agent?.name ?? message.author.name ?? t(`author.${message.author.kind}`));
  return t(message.direction === 'note' ? 'message.note_label' : 'message.label', {
    name,
    time: formatDate(message.at, { hour: '2-digit', minute: '2-digit' }),
  });
}

/** On which channel it was written, where that is not the open conversation's. */
function Via({ message, conversationId }: { readonly message: Message; readonly conversationId: Id }) {
  const name = useStore((state) => {
    const own = state.conversations.get(conversationId)?.channel_id;
    const its = state.conversations.get(message.conversation_id)?.channel_id;
    return its === undefined || its === own ? undefined : state.channels.get(its)?.name;
  });
  if (name === undefined) return null;
  return (
    <p dir="auto" className="pb-0.5 text-start text-12 text-muted">
      {t('links.via', { channel: name })}
    </p>
  );
}

/** Above the text: that it is a private note, or who of us wrote it if it was not a person at this desk. */
function Head({ message }: { readonly message: Message }) {
  const me = useStore((state) => state.me);
  const agent = useStore((state) => (message.author.id === null ? undefined : state.agents.get(message.author.id)));
  const author = agent?.name.split(' ')[0] ?? message.author.name ?? '';
  if (message.direction === 'note') {
    return (
      <p className="flex items-center gap-1.5 pb-0.5 text-12 text-muted">
        <Lock aria-hidden size={14} strokeWidth={1.75} className="text-warn" />
        <span className="font-medium text-warn">{t('message.note')}</span>
        {author && <bdi>{t('message.note_by', { name: author })}</bdi>}
      </p>
    );
  }
  if (message.direction !== 'outgoing') return null;
  const other =
    message.author.kind === 'agent'
      ? message.author.id === me
        ? ''
        : author
      : message.author.kind === 'contact'
        ? ''
        : message.automatic
          ? t(`message.automatic_${message.automatic}`)
          : (message.author.name ?? t(`author.${message.author.kind}`));
  return other ? (
    <p dir="auto" className="pb-0.5 text-start text-12 text-muted">
      {other}
    </p>
  ) : null;
}

function Body({ shown }: { readonly shown: ShownMessage }) {
  const { message } = shown;
  if (message.deleted_at === null) return <ContentView shown={shown} content={message.content} />;
  return <DeletedBody shown={shown} />;
}

/** That there was something; and what, for those who may see it. */
function DeletedBody({ shown }: { readonly shown: ShownMessage }) {
  const { message } = shown;
  const [isRevealed, setIsRevealed] = useState(false);
  const seesEarlier = useSignedIn().agent.permissions.includes('messages:read_earlier');
  if (isRevealed) return <ContentView shown={shown} content={message.content} />;
  const byUs = message.direction !== 'incoming';
  return (
    <span className="flex flex-wrap items-end gap-x-3 text-muted">
      {message.direction === 'note' ? t('message.withdrawn') : byUs ? t('message.discarded') : t('message.deleted')}
      {seesEarlier && (
        <button
          type="button"
          onClick={() => setIsRevealed(true)}
          className="min-h-6 text-13 font-medium text-accent hover:underline"
        >
          {t('common.show')}
        </button>
      )}
      <Meta shown={shown} />
    </span>
  );
}

interface QuoteViewProps {
  readonly quoted: Quoted;
  readonly contactName: string;
  readonly onJump: (messageId: Id) => void;
}

function QuoteView({ quoted, contactName, onJump }: QuoteViewProps) {
  const { message_id: id } = quoted;
  const original = useStore((state) => (id === null ? undefined : state.messages.get(id)));
  const Icon = original && iconOfKind(kindOfContent(original.content));
  const name =
    quoted.author_kind === 'contact'
      ? contactName
      : quoted.author_kind === 'agent' || quoted.author_kind === null
        ? t('row.you')
        : t(`author.${quoted.author_kind}`);
  const content = (
    <>
      <span dir="auto" className="block truncate text-aligned font-medium">
        {name}
      </span>
      <span dir="auto" className="block truncate text-start text-muted">
        {Icon && <Icon aria-hidden size={12} strokeWidth={1.75} className="me-1 inline-block align-[-2px]" />}
        {quoted.preview || (original && describeContent(original.content)) || t('quote.gone')}
      </span>
    </>
  );
  const look =
    'mb-1.5 -mx-1 block w-[calc(100%+0.5rem)] min-w-48 rounded-sm border-s-2 border-accent bg-hover px-2.5 py-1 text-12';
  if (id === null) return <div className={look}>{content}</div>;
  return (
    <button type="button" onClick={() => onJump(id)} className={cx(look, 'text-start')}>
      <span className="sr-only">{t('quote.jump')}</span>
      {content}
    </button>
  );
}

function Reactions({
  message,
  contactName,
  isIncoming,
}: {
  readonly message: Message;
  readonly contactName: string;
  readonly isIncoming: boolean;
}) {
  if (message.reactions.length === 0) return null;
  return (
    <span className={cx('absolute -bottom-4 flex gap-1', isIncoming ? 'start-3' : 'end-3')}>
      {message.reactions.map((reaction, index) => (
        <span
          key={index}
          role="img"
          aria-label={t('reaction.by', {
            emoji: reaction.emoji,
            name: reaction.by === 'contact' ? contactName : t('row.you'),
          })}
          className="grid h-[22px] place-items-center rounded-full border border-line bg-raised px-1.5 text-13"
        >
          {reaction.emoji}
        </span>
      ))}
    </span>
  );
}

function Offered({ message }: { readonly message: Message }) {
  const titles = offeredChoices(message.content);
  if (titles.length === 0) return null;
  return (
    <ul aria-label={t('choice.offered')} className="flex flex-wrap justify-end gap-1 pb-1.5">
      {titles.map((title, index) => (
        <li key={index} dir="auto" className="rounded-sm border border-line-strong px-2 py-0.5 text-12 font-medium">
          {title}
        </li>
      ))}
    </ul>
  );
}

interface ToolsProps extends BubbleProps {
  readonly isIncoming: boolean;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** Beside the bubble under the pointer or the focus: quote, react, copy. */
function Tools({ shown, can, onQuote, onMessage, isIncoming, isOpen, onOpenChange }: ToolsProps) {
  const { message } = shown;
  const isOwn = useStore((state) => state.me === message.author.id);
  const text = describeContent(message.content);
  const maySend = useMay('messages:send');
  const canReact = can.react && maySend && isIncoming && message.deleted_at === null;
  const canQuote = can.quote && maySend && isQuotable(message);
  const own = message.reactions.find((reaction) => reaction.by === 'agent')?.emoji ?? '';
  return (
    <span
      className={cx(
        'absolute top-1/2 flex -translate-y-1/2 opacity-0 group-focus-within/bubble:opacity-100 group-hover/bubble:opacity-100 pointer-coarse:pointer-events-none pointer-coarse:opacity-0',
        isIncoming ? 'start-full ms-1' : 'end-full me-1 flex-row-reverse',
        'max-md:flex-col', // one beside the other they would stand outside a narrow screen
        isOpen && 'opacity-100',
      )}
    >
      {canQuote && (
        <IconButton icon={Reply} isDirectional size={28} label={t('message.quote')} onClick={() => onQuote(message)} />
      )}
      <Menu
        align={isIncoming ? 'start' : 'end'}
        open={isOpen}
        onOpenChange={onOpenChange}
        trigger={<IconButton icon={Ellipsis} size={28} label={t('message.actions')} />}
      >
        {canReact && (
          <div role="group" aria-label={t('message.react')} className="flex gap-0.5 pb-1">
            {EMOJI.map((emoji) => (
              <MenuSign
                key={emoji}
                label={t('message.react_with', { emoji })}
                isChosen={own === emoji}
                onClick={() => react(message, own === emoji ? '' : emoji)}
              >
                {emoji}
              </MenuSign>
            ))}
          </div>
        )}
        {canReact && own !== '' && (
          <MenuItem icon={SmilePlus} onClick={() => react(message, '')}>
            {t('message.unreact')}
          </MenuItem>
        )}
        {canQuote && (
          <MenuItem icon={Reply} onClick={() => onQuote(message)}>
            {t('message.quote')}
          </MenuItem>
        )}
        {text && (
          <MenuItem
            icon={Copy}
            onClick={() => void copyText(text).then((isDone) => isDone && showToast(t('common.copied')))}
          >
            {t('message.copy')}
          </MenuItem>
        )}
        {maySend && message.deleted_at === null && (
          <MenuItem icon={Forward} onClick={() => onMessage('forward', message)}>
            {t('thread.forward')}
          </MenuItem>
        )}
        {isIncoming && (
          <MenuItem icon={MailOpen} onClick={() => markUnreadFrom(message)}>
            {t('together.unread_from')}
          </MenuItem>
        )}
        {maySend && message.direction === 'note' && isOwn && message.deleted_at === null && (
          <MenuItem icon={Undo2} onClick={() => withdrawNote(message)}>
            {t('message.withdraw')}
          </MenuItem>
        )}
        <MenuItem icon={ListChecks} onClick={() => onMessage('select', message)}>
          {t('thread.select')}
        </MenuItem>
        <MenuItem icon={Info} onClick={() => onMessage('details', message)}>
          {t('thread.details')}
        </MenuItem>
      </Menu>
    </span>
  );
}
