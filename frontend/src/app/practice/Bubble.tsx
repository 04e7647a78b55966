import { Check, CheckCheck, CircleHelp, FileText, List as ListIcon, MapPin } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '@/shared/i18n';
import { formatBytes, formatTime } from '@/shared/i18n/format';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { momentOf } from './phone';
import type { NewMessage, PhoneCard, PhoneMedia, PhoneMessage, Tap } from './protocol';
import { VoicePlayer } from './VoicePlayer';

export interface BubbleProps {
  readonly message: PhoneMessage;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onSend: (message: NewMessage) => void;
}

/** One message as the customer sees it. A press chooses it, for Quote and React below the phone. */
export function Bubble({ message, isChosen, onChoose, onSend }: BubbleProps) {
  const isOwn = message.direction === 'outgoing';
  return (
    <div className={cx('flex max-w-[88%] flex-col gap-1', isOwn ? 'items-end self-end' : 'items-start self-start')}>
      <div className="relative max-w-full">
        <div
          className={cx(
            'flex max-w-full flex-col gap-1 rounded-xl px-3 py-2 text-14',
            isOwn ? 'bg-accent-soft' : 'bg-surface',
            isChosen && 'outline-2 outline-offset-1 outline-accent',
          )}
        >
          {message.quoted !== undefined && (
            <p
              dir="auto"
              className="truncate rounded-sm border-s-2 border-accent bg-hover px-2 py-1 text-12 text-muted"
            >
              {message.quoted.text ?? t('practice.quoted')}
            </p>
          )}
          <Content
            message={message}
            foot={<Foot message={message} isOwn={isOwn} isChosen={isChosen} onChoose={onChoose} />}
          />
        </div>
        <Reactions message={message} isOwn={isOwn} />
      </div>
      <Taps message={message} onSend={onSend} />
    </div>
  );
}

interface ContentProps {
  readonly message: PhoneMessage;
  /** The time: in the last line if there is room, else on a line of its own. */
  readonly foot: ReactNode;
}

function Content({ message, foot }: ContentProps) {
  const { text, caption, media, location, contacts, template } = message;
  if (template !== undefined) {
    return (
      <>
        {template.header?.text && <Words className="font-semibold">{template.header.text}</Words>}
        <Words foot={!template.footer && foot}>{template.body ?? template.name}</Words>
        {template.footer && (
          <Words foot={foot} className="text-12 text-muted">
            {template.footer}
          </Words>
        )}
      </>
    );
  }
  if (location !== undefined) {
    return (
      <div className="flex items-center gap-2">
        <span className="grid size-9 shrink-0 place-items-center rounded-md bg-hover text-accent">
          <MapPin aria-hidden size={16} strokeWidth={1.75} />
        </span>
        <span className="min-w-0 flex-1">
          <Words className="font-medium">{location.name || t('practice.place')}</Words>
          <Words foot={foot} className="text-12 text-muted">
            {location.address || `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`}
          </Words>
        </span>
      </div>
    );
  }
  if (contacts !== undefined && contacts.length > 0) {
    return contacts.map((card, index) => (
      <Card key={card.name.formatted_name} card={card} foot={index === contacts.length - 1 && foot} />
    ));
  }
  if (media !== undefined) {
    const words = caption ?? text;
    const attachment = <Attachment kind={message.kind} media={media} />;
    if (words || isSeen(media)) {
      return (
        <>
          {attachment}
          {words ? <Words foot={foot}>{words}</Words> : foot}
        </>
      );
    }
    return (
      <span className="flex flex-wrap items-end justify-end">
        <span className="min-w-36 grow basis-36">{attachment}</span>
        {foot}
      </span>
    );
  }
  if (text !== undefined && text !== '') {
    return (
      <>
        {message.header?.text && <Words className="font-semibold">{message.header.text}</Words>}
        <Words foot={!message.footer && foot}>{text}</Words>
        {message.footer && (
          <Words foot={foot} className="text-12 text-muted">
            {message.footer}
          </Words>
        )}
      </>
    );
  }
  return (
    <p className="flow-root text-muted">
      <CircleHelp aria-hidden size={14} strokeWidth={1.75} className="me-1.5 inline-block align-[-2px]" />
      {t(message.direction === 'outgoing' ? 'practice.poll' : 'practice.unsupported_shown')}
      {foot}
    </p>
  );
}

function Card({ card, foot }: { readonly card: PhoneCard; readonly foot: ReactNode }) {
  const phone = card.phones?.[0]?.phone;
  return (
    <div className="flex items-center gap-2">
      <Avatar name={card.name.formatted_name} size={36} />
      <span className="min-w-0 flex-1">
        <Words foot={!phone && foot} className="font-medium">
          {card.name.formatted_name}
        </Words>
        {phone && (
          <Words foot={foot} className="text-12 text-muted">
            {phone}
          </Words>
        )}
      </span>
    </div>
  );
}

interface WordsProps {
  readonly children: ReactNode;
  /** Floats at the end of the last line, on the page's side: so the line has the page's direction, not its own. */
  readonly foot?: ReactNode;
  readonly className?: string;
}

function Words({ children, foot, className }: WordsProps) {
  if (!foot) {
    return (
      <p dir="auto" className={cx('break-words whitespace-pre-wrap', className)}>
        {children}
      </p>
    );
  }
  return (
    <p className={cx('flow-root break-words', className)}>
      <span dir="auto" className="whitespace-pre-wrap">
        {children}
      </span>
      {foot}
    </p>
  );
}

/** A picture or a film, which fills the bubble: nothing stands beside it. */
function isSeen({ mime = '' }: PhoneMedia): boolean {
  return mime.startsWith('image/') || mime.startsWith('video/');
}

interface AttachmentProps {
  readonly kind: string;
  readonly media: PhoneMedia;
}

function Attachment({ kind, media }: AttachmentProps) {
  const mime = media.mime ?? '';
  if (mime.startsWith('image/')) {
    const isSticker = kind === 'sticker';
    return (
      <img
        src={media.url}
        alt={media.name ?? t(isSticker ? 'practice.sticker' : 'practice.photo')}
        className={cx('-mx-2 -mt-1 rounded-lg object-cover', isSticker ? 'size-28' : 'h-40 w-56 max-w-none')}
      />
    );
  }
  if (mime.startsWith('audio/')) return <VoicePlayer src={media.url} />;
  if (mime.startsWith('video/')) {
    return (
      <video
        src={media.url}
        controls
        preload="metadata"
        className="relative z-1 -mx-2 -mt-1 h-40 w-56 max-w-none rounded-lg"
      />
    );
  }
  return (
    <a href={media.url} download={media.name} className="relative z-1 flex items-center gap-2 text-ink">
      <span className="grid size-9 shrink-0 place-items-center rounded-md bg-hover">
        <FileText aria-hidden size={16} strokeWidth={1.75} />
      </span>
      <span className="min-w-0">
        <Words className="font-medium">{media.name ?? t('practice.document')}</Words>
        {media.size !== undefined && <span className="text-12 text-muted">{formatBytes(media.size)}</span>}
      </span>
    </a>
  );
}

interface FootProps {
  readonly message: PhoneMessage;
  readonly isOwn: boolean;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Foot({ message, isOwn, isChosen, onChoose }: FootProps) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      title={t('practice.choose')}
      onClick={onChoose}
      className="float-end ms-3 -mb-0.5 flex items-center gap-1 self-end rounded-sm pt-0.5 text-11 leading-[inherit] font-normal text-muted after:absolute after:inset-0 after:rounded-xl"
    >
      <time dateTime={momentOf(message).toISOString()}>{formatTime(momentOf(message))}</time>
      {isOwn && <Ticks status={message.status} />}
    </button>
  );
}

/** What the customer's own app knows: one tick at the provider, two at the desk, coloured when it was opened. */
function Ticks({ status }: { readonly status: PhoneMessage['status'] }) {
  const Icon = status === 'sent' ? Check : CheckCheck;
  return (
    <Icon
      role="img"
      aria-label={t(`practice.status_${status}`)}
      size={14}
      strokeWidth={1.75}
      className={status === 'read' ? 'text-accent' : undefined}
    />
  );
}

function Reactions({ message, isOwn }: { readonly message: PhoneMessage; readonly isOwn: boolean }) {
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <span
      className={cx(
        'relative -mt-1.5 flex w-fit gap-1 rounded-full border border-line bg-raised px-1.5 text-13',
        isOwn ? 'ms-auto me-2' : 'ms-2',
      )}
    >
      {reactions.map((reaction) => (
        <span key={reaction.by}>{reaction.emoji}</span>
      ))}
    </span>
  );
}

function Taps({ message, onSend }: { readonly message: PhoneMessage; readonly onSend: (message: NewMessage) => void }) {
  if (message.direction !== 'incoming') return null;
  const buttons = (message.buttons ?? []).filter(({ type }) => message.kind === 'buttons' || type === 'quick_reply');
  const tap = (kind: 'button' | 'list', reply: Tap): void => onSend({ kind, reply, message_id: message.id });
  return (
    <>
      {buttons.length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {buttons.map((button) => (
            <button
              key={button.id}
              type="button"
              dir="auto"
              onClick={() => tap('button', button)}
              className="min-h-7 rounded-md border border-line-strong bg-surface px-2.5 text-13 font-medium hover:bg-hover pointer-coarse:min-h-11"
            >
              {button.title}
            </button>
          ))}
        </div>
      )}
      {message.url !== undefined && (
        <a
          href={message.url}
          target="_blank"
          rel="noopener noreferrer"
          dir="auto"
          className="px-1 text-13 font-medium text-accent underline-offset-2 hover:underline"
        >
          {message.buttons?.[0]?.title ?? message.url}
        </a>
      )}
      {message.list !== undefined && (
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              className="flex min-h-7 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 text-13 font-medium hover:bg-hover pointer-coarse:min-h-11"
            >
              <ListIcon aria-hidden size={14} strokeWidth={1.75} />
              <span dir="auto">{message.list.button}</span>
            </button>
          }
        >
          {message.list.sections
            .flatMap(({ rows }) => rows)
            .map((row) => (
              <MenuItem key={row.id} onClick={() => tap('list', row)}>
                {row.title}
              </MenuItem>
            ))}
        </Menu>
      )}
    </>
  );
}
