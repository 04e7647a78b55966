import {
  CalendarClock,
  Contact as ContactIcon,
  History,
  LayoutGrid,
  MapPin,
  Mic,
  Paperclip,
  Plus,
  ScanEye,
  SendHorizontal,
  Slash,
  Smile,
  TriangleAlert,
  X,
  type LucideIcon,
} from 'lucide-react';
import {
  lazy,
  Suspense,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from 'react';
import { mayGoOut } from '@/app/together/draftWatch';
import { postTyping } from '@/shared/api/calls';
import type { Capabilities, Channel, Conversation, FileRecord, Id, Message, Time } from '@/shared/api/types';
import { canEncodeOpus } from '@/shared/audio/ogg';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { t } from '@/shared/i18n';
import { formatList, formatNumber } from '@/shared/i18n/format';
import { useCommands } from '@/shared/keys/keyboard';
import { noteUses, setDraft } from '@/shared/outbox/drafts';
import { setTyped } from '@/shared/outbox/draftSync';
import { areSent, enqueue } from '@/shared/outbox/outbox';
import { variableName } from '@/shared/replyVariables';
import { draftKey, type ReplyMode } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { Kbd } from '@/shared/ui/Kbd';
import { cx } from '@/shared/ui/cx';
import { describeContent } from '../inbox/describe';
import { finishWhenSent } from '../resolving/finish';
import { quoteOf } from '../thread/rows';
import { AttachmentChips } from './AttachmentChips';
import { attach, attachKept, keepAttachments, keptAttachments, kindFor, type Attachment } from './attachments';
import { isComposing, useEnter } from './enter';
import { offerUndo } from './hold';
import { useCustomerLanguage } from './language';
import { noteOf } from './mentions';
import { outgoingOf, type Outgoing } from './outgoing';
import { EnterQuestion } from './EnterQuestion';
import { MentionList } from './MentionList';
import { SavedReplyList } from './SavedReplyList';
import { openPlaces } from './savedReplies';
import { scheduleParts } from './schedule';
import { useDrop } from './useDrop';
import { forgetOffered } from './useSavedReplies';
import { useMentionList } from './useMentionList';
import { replyOptionId, useSlash } from './useSlash';

const EmojiPicker = lazy(() => import('./EmojiPicker'));
const VoiceBar = lazy(() => import('./VoiceBar'));
const PlaceDialog = lazy(() => import('./PlaceDialog'));
const CardDialog = lazy(() => import('./CardDialog'));
const RecentFilesDialog = lazy(() => import('./RecentFilesDialog'));
const ImageDialog = lazy(() => import('./ImageDialog'));
const SendLaterDialog = lazy(() => import('./SendLaterDialog'));

const TYPING_MS = 20_000;
/** The counter is silent until the last tenth of the limit. */
const COUNT_FROM = 0.9;

export interface BoxHandle {
  focus: () => void;
}

export interface BoxProps {
  readonly handle: Ref<BoxHandle>;
  readonly mode: ReplyMode;
  readonly conversation: Conversation;
  readonly channel: Channel | undefined;
  readonly quoted: Message | null;
  readonly onQuoted: (message: Message | null) => void;
  readonly onResolved: () => void;
  readonly modes: ReactNode;
  readonly onTemplate?: () => void;
  /** What this agent answers goes through a colleague's hands. */
  readonly isNovice: boolean;
  /** A colleague is to look at these messages; `onAsked` once the server has them. */
  readonly onAskReview: (parts: readonly Outgoing[], onAsked: () => void) => void;
}

/** The box itself: text, files, what helps to write them, and the ways out. */
export function Box({
  handle,
  mode,
  conversation,
  channel,
  quoted,
  onQuoted,
  onResolved,
  modes,
  onTemplate,
  isNovice,
  onAskReview,
}: BoxProps) {
  const { id } = conversation;
  const firstName = conversation.contact.name.split(' ')[0] ?? conversation.contact.name;
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  // The draft itself: kept ones are read from the browser's database a moment after a reload.
  const text = useStore((state) => state.drafts.get(draftKey(id, mode))?.text ?? '');
  const usesOf = () => getState().drafts.get(draftKey(id, mode))?.uses ?? [];
  const [attachments, setAttachments] = useAttachments(conversation);
  const capabilities = channel?.capabilities;
  const isNote = mode === 'note';
  const limit = capabilities?.text_length ?? Infinity;
  const isOver = !isNote && text.length > limit;
  const hasProblem = !isNote && attachments.some((attachment) => attachment.problem !== '');
  const hasSomething = text.trim() !== '' || (!isNote && attachments.length > 0);
  const places = isNote ? [] : openPlaces(text);
  const canSend = hasSomething && !isOver && !hasProblem && places.length === 0 && channel !== undefined;
  const canAttach = !isNote && capabilities !== undefined && Object.keys(capabilities.media).length > 0;
  const isTouch = useMedia('(pointer: coarse)');
  const isPhone = useMedia(PHONE);
  const enter = useEnter();
  const language = useCustomerLanguage(conversation.contact.id);
  const signalTyping = useTyping(conversation, channel);

  useImperativeHandle(handle, () => ({ focus: () => area.current?.focus() }));
  useAutosize(area, text);

  const write = (next: string) => {
    setDraft(id, mode, next);
    if (!isNote && next.trim() !== '') signalTyping();
  };
  const listId = useId();
  const mentioning = useMentionList({ area, text, isOffered: isNote, onText: write });
  const addKept = (files: readonly FileRecord[]) => {
    if (capabilities) setAttachments([...attachments, ...files.map((file) => attachKept(file, capabilities))]);
  };
  const slash = useSlash({
    conversation,
    area,
    text,
    isOffered: !isNote,
    onText: write,
    onFiles: addKept,
    onUsed: (use) => noteUses(id, mode, [use]),
  });
  const add = (files: Iterable<File>) => {
    if (!capabilities || !canAttach) return;
    setAttachments([...attachments, ...[...files].map((file) => attach(file, capabilities))]);
  };
  const askReview = () => {
    if (!canSend) return;
    onAskReview(outgoingOf(text.trim(), attachments, capabilities?.caption_length ?? 0, usesOf()), () => {
      write('');
      setAttachments([]);
      onQuoted(null);
      requestAnimationFrame(() => area.current?.focus());
    });
  };
  /** The ids of what goes out: none if something is still to be done first. */
  const send = (): readonly Id[] => {
    if (places[0]) area.current?.setSelectionRange(places[0].start, places[0].end);
    if (!canSend || !mayGoOut(id, isNote)) return [];
    if (isNovice && !isNote) {
      askReview();
      return [];
    }
    const common = { conversationId: id, channelId: conversation.channel_id, mode };
    const quote = quoted && !isNote ? quoteOf(quoted, describeContent(quoted.content)) : null;
    const parts = isNote
      ? [noteOf(text.trim(), getState())]
      : outgoingOf(text.trim(), attachments, capabilities?.caption_length ?? 0, usesOf());
    const ids = parts.map((outgoing) => enqueue({ ...common, ...outgoing, quoted: outgoing.isFirst ? quote : null }));
    const uses = usesOf();
    offerUndo(conversation, isNote ? [] : ids, text, uses);
    if (uses.length > 0) void areSent(ids).then(forgetOffered);
    write('');
    if (!isNote) {
      setAttachments([]);
      onQuoted(null);
    }
    return ids;
  };
  const [tool, setTool] = useState<Tool | null>(null);
  const closeTool = () => {
    setTool(null);
    requestAnimationFrame(() => area.current?.focus());
  };
  /** Something that is no text and needs no box: it goes out at once. */
  const sendContent = (content: Outgoing['content'], file: Outgoing['file'] = null) => {
    if (isNovice && !isNote) return onAskReview([{ content, file, isFirst: true }], () => area.current?.focus());
    const ids = [
      enqueue({ conversationId: id, channelId: conversation.channel_id, mode, content, file, quoted: null }),
    ];
    offerUndo(conversation, ids, text);
  };
  const insert = (words: string) => {
    const box = area.current;
    const [from, to] = box ? [box.selectionStart, box.selectionEnd] : [text.length, text.length];
    write(text.slice(0, from) + words + text.slice(to));
    closeTool();
    requestAnimationFrame(() => box?.setSelectionRange(from + words.length, from + words.length));
  };
  const [edited, setEdited] = useState<Attachment | null>(null);
  const canVoice = canAttach && !isNote && kindFor('audio/ogg', capabilities) === 'audio' && canEncodeOpus();
  const more = isNote ? [] : moreOf(capabilities, canAttach);
  useCommands({
    recent_files: () => (canAttach ? setTool('recent') : false),
    ask_review: () => {
      if (isNote || !canSend) return false;
      askReview();
      return true;
    },
    send_resolve: () => {
      if (isNote || document.activeElement !== area.current) return false;
      const ids = send();
      if (ids.length > 0) {
        void finishWhenSent(conversation, ids, onResolved);
      }
      return true;
    },
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (slash.onKeyDown(event) || mentioning.onKeyDown(event)) return;
    if (event.key !== 'Enter' || isComposing(event) || event.shiftKey) return;
    if (event.altKey) {
      if (isNote || !canSend || isNovice) return;
      event.preventDefault();
      setChoosingTime(true);
      return;
    }
    const withMod = event.ctrlKey || event.metaKey;
    if (!withMod && (isNote || isTouch || !enter.doesSend)) return;
    event.preventDefault();
    if (send().length > 0 && !withMod) enter.onUsed();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0 || !canAttach) return;
    event.preventDefault();
    add(event.clipboardData.files);
  };
  const isDropping = useDrop(canAttach, add);
  const [isChoosingTime, setChoosingTime] = useState(false);
  const schedule = async (dueAt: Time) => {
    const parts = outgoingOf(text.trim(), attachments, capabilities?.caption_length ?? 0, usesOf());
    const finish = () => {
      setChoosingTime(false);
      write('');
      setAttachments([]);
      onQuoted(null);
      area.current?.focus();
    };
    if (await scheduleParts(conversation, parts, dueAt, quoted?.id ?? null, finish)) finish();
  };

  return (
    <>
      {slash.isOpen && <SavedReplyList id={listId} list={slash} />}
      {mentioning.isOpen && <MentionList id={listId} list={mentioning} />}
      <div className="flex items-center justify-between gap-2 p-1.5 pb-0 max-md:hidden">
        {modes}
        <span className="px-2 text-12 text-muted">{isNote && t('composer.colleagues')}</span>
      </div>
      {quoted && !isNote && (
        <div className="mx-3 mt-2 flex items-start gap-2 rounded-sm border-s-2 border-accent bg-hover ps-2.5 text-12">
          <span className="min-w-0 flex-1 py-1">
            <span dir="auto" className="block truncate text-aligned font-medium">
              {quoted.direction === 'incoming' ? conversation.contact.name : t('row.you')}
            </span>
            <span dir="auto" className="block truncate text-aligned text-muted">
              {describeContent(quoted.content)}
            </span>
          </span>
          <IconButton icon={X} size={28} label={t('quote.remove')} onClick={() => onQuoted(null)} />
        </div>
      )}
      {!isNote && (
        <AttachmentChips
          attachments={attachments}
          onRemove={(gone) => setAttachments(attachments.filter((attachment) => attachment !== gone))}
          onEdit={setEdited}
        />
      )}
      <textarea
        ref={area}
        dir="auto"
        lang={isNote ? undefined : language}
        rows={1}
        value={text}
        onChange={(event) => {
          write(event.target.value);
          slash.onMoved(event.target.value, event.target.selectionStart, true);
          mentioning.onMoved(event.target.value, event.target.selectionStart);
        }}
        onSelect={(event) => {
          slash.onMoved(text, event.currentTarget.selectionStart, false);
          mentioning.onMoved(text, event.currentTarget.selectionStart);
        }}
        onFocus={() => {
          slash.onEntered(true);
          setTyped(draftKey(id, mode));
        }}
        onBlur={(event) => {
          slash.onEntered(event.relatedTarget?.id === listId);
          mentioning.onLeft();
          setTyped('');
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        aria-autocomplete="list"
        aria-controls={slash.active || mentioning.isOpen ? listId : undefined}
        aria-activedescendant={
          slash.active ? replyOptionId(listId, slash.active) : mentioning.active && `${listId}-${mentioning.active.id}`
        }
        aria-label={isNote ? t('composer.note_label') : t('composer.reply_label', { name: conversation.contact.name })}
        aria-invalid={isOver || undefined}
        placeholder={
          isDropping
            ? t('attach.drop')
            : isNote
              ? t('composer.note_hint')
              : isTouch
                ? t('composer.reply_hint_touch')
                : enter.doesSend
                  ? t('composer.hint_enter', { name: firstName })
                  : t('composer.hint_mod_enter', { name: firstName })
        }
        className="max-h-[40dvh] min-h-14 resize-none bg-transparent px-3.5 py-2 text-14 outline-none placeholder:text-muted max-md:min-h-11 max-md:text-16"
      />
      {enter.isAsked && !isNote && <EnterQuestion onChoose={enter.choose} />}
      {places.length > 0 && (
        <p role="status" className="flex items-start gap-1.5 px-3.5 pb-2 text-12 text-warn">
          <TriangleAlert aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />
          {t('reply.fill', { what: formatList([...new Set(places.map(({ variable }) => variableName(variable)))]) })}
        </p>
      )}
      {tool === 'voice' && (
        <Suspense fallback={null}>
          <VoiceBar
            onClose={closeTool}
            onSend={(file) =>
              sendContent(
                { kind: 'media', media: 'audio', caption: '', is_voice: true },
                { blob: file, name: file.name, mime: file.type },
              )
            }
          />
        </Suspense>
      )}
      <div className={cx('flex items-center justify-between gap-2 p-1.5 pt-0', tool === 'voice' && 'hidden')}>
        <div className="flex min-w-0 items-center">
          {canAttach && (
            <>
              <IconButton icon={Paperclip} label={t('attach.add')} onClick={() => picker.current?.click()} />
              <input
                ref={picker}
                type="file"
                multiple
                tabIndex={-1}
                aria-hidden
                className="hidden"
                onChange={(event) => {
                  add(event.target.files ?? []);
                  event.target.value = '';
                  area.current?.focus();
                }}
              />
            </>
          )}
          {!isNote && onTemplate && !isPhone && (
            <IconButton icon={LayoutGrid} label={t('composer.template')} onClick={onTemplate} />
          )}
          {!isNote && <IconButton icon={Slash} label={t('reply.list')} keyName="/" onClick={slash.begin} />}
          <span className="max-md:hidden">
            {tool === 'emoji' ? (
              <Suspense fallback={<IconButton icon={Smile} label={t('emoji.label')} />}>
                <EmojiPicker
                  trigger={<IconButton icon={Smile} label={t('emoji.label')} isPressed />}
                  onChoose={insert}
                  onClose={closeTool}
                />
              </Suspense>
            ) : (
              <IconButton icon={Smile} label={t('emoji.label')} onClick={() => setTool('emoji')} />
            )}
          </span>
          {!isNote && (
            <Menu align="start" side="top" trigger={<IconButton icon={Plus} label={t('attach.more')} />}>
              {isPhone && onTemplate && (
                <MenuItem icon={LayoutGrid} onClick={onTemplate}>
                  {t('composer.template')}
                </MenuItem>
              )}
              {isPhone && (
                <MenuItem icon={CalendarClock} disabled={!canSend} onClick={() => setChoosingTime(true)}>
                  {t('keys.schedule')}
                </MenuItem>
              )}
              {!isNovice && (
                <MenuItem icon={ScanEye} keyName={['Mod', 'Shift', 'E']} disabled={!canSend} onClick={askReview}>
                  {t('keys.ask_review')}
                </MenuItem>
              )}
              {more.map(({ name, icon }) => (
                <MenuItem
                  key={name}
                  icon={icon}
                  keyName={name === 'recent' ? ['Mod', 'Shift', 'U'] : undefined}
                  onClick={() => setTool(name)}
                >
                  {t(`attach.more_${name}`)}
                </MenuItem>
              ))}
            </Menu>
          )}
          {canVoice && <IconButton icon={Mic} label={t('voice.start')} onClick={() => setTool('voice')} />}
          <span className="md:hidden">{modes}</span>
        </div>
        <span className="flex items-center gap-2">
          {!isNote && text.length > limit * COUNT_FROM && (
            <span className={cx('tabular text-12', isOver ? 'font-medium text-danger' : 'text-muted')}>
              {t('composer.length', { length: formatNumber(text.length), limit: formatNumber(limit) })}
            </span>
          )}
          {!isNote && !isPhone && !isNovice && (
            <IconButton
              icon={CalendarClock}
              label={t('keys.schedule')}
              keyName={['Alt', 'Enter']}
              disabled={!canSend}
              onClick={() => setChoosingTime(true)}
            />
          )}
          <Button
            look={canSend ? 'filled' : 'outlined'}
            disabled={!canSend}
            onClick={send}
            className="max-md:size-11 max-md:px-0"
          >
            <span className="max-md:sr-only">
              {isNote ? t('composer.add_note') : t(isNovice ? 'keys.ask_review' : 'composer.send')}
            </span>
            <span className="max-md:hidden">
              <Kbd keys={isNote || !enter.doesSend ? ['Mod', 'Enter'] : 'Enter'} isOnAccent={canSend} />
            </span>
            <SendHorizontal aria-hidden size={18} strokeWidth={1.75} className="md:hidden rtl:-scale-x-100" />
          </Button>
        </span>
      </div>
      {edited?.file && (
        <Suspense fallback={null}>
          <ImageDialog
            file={edited.file}
            onClose={() => setEdited(null)}
            onDone={(file) => {
              if (capabilities) {
                const next = attach(file, capabilities);
                setAttachments(attachments.map((attachment) => (attachment === edited ? next : attachment)));
              }
              setEdited(null);
            }}
          />
        </Suspense>
      )}
      <Suspense fallback={null}>
        {tool === 'place' && <PlaceDialog onSend={sendContent} onClose={closeTool} />}
        {tool === 'card' && <CardDialog onSend={sendContent} onClose={closeTool} />}
        {tool === 'recent' && channel && (
          <RecentFilesDialog channel={channel} onSend={sendContent} onClose={closeTool} />
        )}
      </Suspense>
      {isChoosingTime && (
        <Suspense fallback={null}>
          <SendLaterDialog
            conversation={conversation}
            title={t('schedule.title')}
            action={t('schedule.save')}
            onClose={() => setChoosingTime(false)}
            onChoose={schedule}
          />
        </Suspense>
      )}
    </>
  );
}

type Tool = 'emoji' | 'voice' | 'recent' | 'place' | 'card';

/** What else the channel can carry; nothing stands there that it cannot. */
function moreOf(
  capabilities: Capabilities | undefined,
  canAttach: boolean,
): readonly { name: 'recent' | 'place' | 'card'; icon: LucideIcon }[] {
  const kinds = capabilities?.content_kinds ?? [];
  return [
    ...(canAttach ? [{ name: 'recent' as const, icon: History }] : []),
    ...(kinds.includes('location') ? [{ name: 'place' as const, icon: MapPin }] : []),
    ...(kinds.includes('contacts') ? [{ name: 'card' as const, icon: ContactIcon }] : []),
  ];
}

function useAttachments(
  conversation: Conversation,
): [readonly Attachment[], (attachments: readonly Attachment[]) => void] {
  const [attachments, set] = useState(() => keptAttachments(conversation.id));
  return [
    attachments,
    (next) => {
      keepAttachments(conversation.id, next);
      set(next);
    },
  ];
}

/** Tells the customer that somebody writes, not more often than the provider shows it. */
function useTyping(conversation: Conversation, channel: Channel | undefined): () => void {
  const last = useRef(0);
  return () => {
    const now = Date.now();
    if (!channel?.capabilities.has_typing || now - last.current < TYPING_MS) return;
    last.current = now;
    void postTyping(conversation.id).catch(() => undefined);
  };
}

function useAutosize(area: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [area, text]);
}
