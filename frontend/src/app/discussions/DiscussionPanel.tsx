/** One discussion beside its conversation: who is in it, what was said, and the place to write. */
import { Check, DoorOpen, Ellipsis, Pencil, RotateCcw, Send, Undo2, UserPlus, X } from 'lucide-react';
import { lazy, Suspense, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { newId } from '@/shared/api/id';
import { useSignedIn } from '@/shared/api/session';
import type { Discussion, DiscussionNote, DiscussionThread, Id } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { formatList, formatTime } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { MentionList } from '../composer/MentionList';
import { useMentionList } from '../composer/useMentionList';
import { RichText } from '../thread/RichText';
import { deleteDiscussionMember, deleteDiscussionNote, patchDiscussion, postDiscussionNote } from './calls';
import { useDiscussion } from './useDiscussion';

const DiscussionDialogs = lazy(() => import('./DiscussionDialogs'));

export interface DiscussionPanelProps {
  readonly discussionId: Id;
  readonly onClose: () => void;
}

export default function DiscussionPanel({ discussionId, onClose }: DiscussionPanelProps) {
  const shown = useDiscussion(discussionId);
  const { thread } = shown;
  return (
    <aside aria-label={t('discussion.label')} className="flex min-h-0 flex-1 flex-col bg-canvas">
      <Header thread={thread} onClose={onClose} onThread={shown.learn} />
      {shown.isMissing ? (
        <div className="grid flex-1 place-items-center p-4">
          <EmptyState title={t('discussion.missing')} text={t('discussion.missing_text')} />
        </div>
      ) : thread === null ? (
        shown.hasFailed ? (
          <div className="grid flex-1 place-items-center p-4">
            <EmptyState
              title={t('discussion.failed')}
              text={t('common.offline')}
              action={<Button onClick={shown.again}>{t('common.try_again')}</Button>}
            />
          </div>
        ) : (
          <Skeleton className="p-4" />
        )
      ) : (
        <>
          <Notes thread={thread} hasEarlier={shown.hasEarlier} onEarlier={shown.loadEarlier} />
          <Writing key={discussionId} discussion={thread.discussion} onThread={shown.learn} />
        </>
      )}
    </aside>
  );
}

interface HeaderProps {
  readonly thread: DiscussionThread | null;
  readonly onClose: () => void;
  readonly onThread: (thread: DiscussionThread) => void;
}

export type DiscussionDialog = 'rename' | 'people';

function Header({ thread, onClose, onThread }: HeaderProps) {
  const agents = useStore((state) => state.agents);
  const me = useStore((state) => state.me);
  const [dialog, setDialog] = useState<DiscussionDialog | null>(null);
  const discussion = thread?.discussion;
  const learn = (next: Discussion) => thread && onThread({ ...thread, discussion: next });
  const setState = (state: 'open' | 'closed') => {
    if (!discussion) return;
    patchDiscussion(discussion.id, { state }).then(learn, (error: unknown) =>
      showToast(problemText(error), { isError: true }),
    );
  };
  const leave = () => {
    if (!discussion) return;
    deleteDiscussionMember(discussion.id, me).then(onClose, (error: unknown) =>
      showToast(problemText(error), { isError: true }),
    );
  };
  const isOpen = discussion?.state === 'open';
  const names = (discussion?.member_ids ?? []).map((id) => (id === me ? t('row.you') : (agents.get(id)?.name ?? '')));
  return (
    <header className="flex shrink-0 flex-col gap-0.5 border-b border-line ps-4 pe-2 pt-2.5 pb-2">
      <div className="flex items-center gap-1">
        <h2 dir="auto" className="min-w-0 flex-1 truncate text-aligned text-14 font-semibold">
          {discussion?.subject ?? t('discussion.label')}
        </h2>
        {discussion?.is_in_it && (
          <Menu trigger={<IconButton icon={Ellipsis} size={28} label={t('discussion.more')} />}>
            <MenuItem icon={UserPlus} onClick={() => setDialog('people')}>
              {t('discussion.people')}
            </MenuItem>
            <MenuItem icon={Pencil} onClick={() => setDialog('rename')}>
              {t('discussion.rename')}
            </MenuItem>
            <MenuItem icon={isOpen ? Check : RotateCcw} onClick={() => setState(isOpen ? 'closed' : 'open')}>
              {isOpen ? t('discussion.close') : t('discussion.reopen')}
            </MenuItem>
            <MenuItem icon={DoorOpen} isDangerous onClick={leave}>
              {t('discussion.leave')}
            </MenuItem>
          </Menu>
        )}
        <IconButton icon={X} size={28} label={t('common.close')} onClick={onClose} />
      </div>
      {discussion && (
        <button
          type="button"
          disabled={!discussion.is_in_it}
          onClick={() => setDialog('people')}
          className="flex min-h-6 items-center gap-2 pe-2 text-start text-12 text-muted enabled:hover:text-ink pointer-coarse:min-h-11"
        >
          <span aria-hidden className="flex shrink-0 -space-x-1 rtl:space-x-reverse">
            {discussion.member_ids.slice(0, 5).map((id) => (
              <Avatar key={id} name={agents.get(id)?.name ?? ''} seed={id} size={18} isSelf={id === me} />
            ))}
          </span>
          <span dir="auto" className="min-w-0 truncate">
            {formatList(names.filter(Boolean))}
          </span>
        </button>
      )}
      {discussion && dialog && (
        <Suspense fallback={null}>
          <DiscussionDialogs
            open={dialog}
            discussion={discussion}
            onClose={() => setDialog(null)}
            onDiscussion={learn}
            onThread={onThread}
          />
        </Suspense>
      )}
    </header>
  );
}

interface NotesProps {
  readonly thread: DiscussionThread;
  readonly hasEarlier: boolean;
  readonly onEarlier: () => Promise<void>;
}

const NEAR_END_PX = 80;

function Notes({ thread, hasEarlier, onEarlier }: NotesProps) {
  const { notes, discussion } = thread;
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const last = notes[notes.length - 1]?.seq;
  // Whoever reads further up is not moved by what comes.
  useLayoutEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last, discussion.id]);
  return (
    <div
      ref={list}
      role="log"
      aria-label={discussion.subject}
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
      }}
      className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-4"
    >
      <p className="text-center text-12 text-muted">{t('discussion.private')}</p>
      {hasEarlier && (
        <Button
          look="link"
          size="small"
          className="self-center"
          onClick={() => void onEarlier().catch(() => undefined)}
        >
          {t('discussion.earlier')}
        </Button>
      )}
      {notes.map((note) =>
        note.kind === 'note' ? (
          <Note key={note.id} note={note} discussion={discussion} />
        ) : (
          <Line key={note.id} note={note} />
        ),
      )}
    </div>
  );
}

function Note({ note, discussion }: { readonly note: DiscussionNote; readonly discussion: Discussion }) {
  const author = useStore((state) => state.agents.get(note.author_id ?? ''));
  const me = useStore((state) => state.me);
  const now = useMinute();
  const isMine = note.author_id === me;
  const name = isMine ? t('row.you') : (author?.name ?? t('line.somebody'));
  const isWithdrawn = note.withdrawn_at !== null;
  const withdraw = () =>
    deleteDiscussionNote(discussion.id, note.id).catch((error: unknown) =>
      showToast(problemText(error), { isError: true }),
    );
  return (
    <article aria-label={t('discussion.note_by', { name })} className="group/note flex gap-2.5">
      <Avatar name={author?.name ?? ''} seed={note.author_id ?? ''} size={28} isSelf={isMine} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2 text-12">
          <bdi className="min-w-0 truncate font-medium">{name}</bdi>
          <time dateTime={note.at} className="tabular shrink-0 text-muted">
            {formatNear(note.at, now)}
          </time>
          {isMine && !isWithdrawn && discussion.is_in_it && (
            <span className="ms-auto -my-1.5 self-center opacity-0 group-focus-within/note:opacity-100 group-hover/note:opacity-100 has-data-popup-open:opacity-100 pointer-coarse:opacity-100">
              <Menu trigger={<IconButton icon={Ellipsis} size={28} label={t('discussion.note_more')} />}>
                <MenuItem icon={Undo2} onClick={() => void withdraw()}>
                  {t('message.withdraw')}
                </MenuItem>
              </Menu>
            </span>
          )}
        </p>
        {isWithdrawn ? (
          <Withdrawn note={note} />
        ) : (
          <p dir="auto" className={NOTE}>
            <RichText text={note.text} mentions={note.mentions} />
          </p>
        )}
      </div>
    </article>
  );
}

const NOTE = 'mt-0.5 rounded-md bg-note px-2.5 py-1.5 text-14 wrap-anywhere whitespace-pre-wrap';

/** That there was a note; and what, for those who may see it. */
function Withdrawn({ note }: { readonly note: DiscussionNote }) {
  const [isRevealed, setRevealed] = useState(false);
  if (isRevealed)
    return (
      <p dir="auto" className={NOTE}>
        <RichText text={note.text} mentions={note.mentions} />
      </p>
    );
  return (
    <p className="mt-0.5 flex flex-wrap items-center gap-x-3 rounded-md border border-dashed border-line px-2.5 py-1.5 text-14 text-muted">
      {t('message.withdrawn')}
      {note.text !== '' && (
        <button
          type="button"
          onClick={() => setRevealed(true)}
          className="min-h-6 text-13 font-medium text-accent hover:underline"
        >
          {t('common.show')}
        </button>
      )}
    </p>
  );
}

function Line({ note }: { readonly note: DiscussionNote }) {
  const agents = useStore((state) => state.agents);
  const nameOf = (id: Id | null) => (id === null ? undefined : agents.get(id)?.name) ?? t('line.somebody');
  if (note.kind === 'note') return null;
  return (
    <p className="text-center text-12 text-muted">
      {t(`discussion.line_${note.kind}`, { by: nameOf(note.author_id), agent: nameOf(note.agent_id) })}{' '}
      <time dateTime={note.at}>{formatTime(note.at)}</time>
    </p>
  );
}

interface WritingProps {
  readonly discussion: Discussion;
  readonly onThread: (thread: DiscussionThread) => void;
}

/** What was half written, for as long as this page lives. */
const begun = new Map<Id, string>();

function Writing({ discussion, onThread }: WritingProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const { agent } = useSignedIn();
  const [text, setText] = useState(begun.get(discussion.id) ?? '');
  const [isBusy, setBusy] = useState(false);
  const [clientId, setClientId] = useState(newId);
  const listId = useId();
  const write = (next: string) => {
    begun.set(discussion.id, next);
    setText(next);
  };
  const mentioning = useMentionList({ area, text, isOffered: true, onText: write, among: discussion.member_ids });
  if (!discussion.is_in_it) {
    return <p className="border-t border-line p-4 text-13 text-muted">{t('discussion.by_right')}</p>;
  }
  if (discussion.state === 'closed') {
    const reopen = () =>
      patchDiscussion(discussion.id, { state: 'open' }).catch((error: unknown) =>
        showToast(problemText(error), { isError: true }),
      );
    return (
      <div className="flex items-center justify-between gap-3 border-t border-line p-3 text-13 text-muted">
        {t('discussion.is_closed')}
        <Button size="small" onClick={() => void reopen()}>
          {t('discussion.reopen')}
        </Button>
      </div>
    );
  }
  const canSend = text.trim() !== '' && !isBusy;
  const send = async () => {
    if (!canSend) return;
    setBusy(true);
    try {
      const sent = await postDiscussionNote(discussion.id, { client_id: clientId, text: text.trim() });
      setClientId(newId());
      write('');
      onThread(sent);
    } catch (error) {
      showToast(problemText(error), { isError: true });
    } finally {
      setBusy(false);
      area.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (mentioning.onKeyDown(event)) return;
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };
  return (
    <div className="shrink-0 p-3 pb-[max(12px,env(safe-area-inset-bottom))]">
      <div className="flex flex-col rounded-lg border border-warn/50 bg-note outline-2 -outline-offset-1 outline-transparent focus-within:outline-warn">
        {mentioning.isOpen && <MentionList id={listId} list={mentioning} />}
        <textarea
          ref={area}
          rows={2}
          dir="auto"
          maxLength={4096}
          value={text}
          aria-label={t('discussion.write')}
          placeholder={t('discussion.write_hint', { name: agent.name })}
          aria-autocomplete="list"
          aria-controls={mentioning.isOpen ? listId : undefined}
          aria-activedescendant={mentioning.active && `${listId}-${mentioning.active.id}`}
          onChange={(event) => {
            write(event.target.value);
            mentioning.onMoved(event.target.value, event.target.selectionStart);
          }}
          onSelect={(event) => mentioning.onMoved(text, event.currentTarget.selectionStart)}
          onBlur={() => mentioning.onLeft()}
          onKeyDown={onKeyDown}
          className="max-h-[30dvh] min-h-14 resize-none bg-transparent px-3 py-2 text-14 outline-none field-sizing-content placeholder:text-muted max-md:text-16"
        />
        <div className="flex justify-end p-1.5 pt-0">
          <Button
            size="small"
            look={canSend ? 'filled' : 'outlined'}
            icon={Send}
            disabled={!canSend}
            isBusy={isBusy}
            onClick={() => void send()}
          >
            {t('discussion.send')}
          </Button>
        </div>
      </div>
    </div>
  );
}
