/** Everything with this person, the newest first: conversations on every channel and what colleagues noted between. */
import { ArrowRightLeft, ChevronRight, Combine, StickyNote } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { Link } from 'wouter';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { Contact, ContactNote, EarlierConversation, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { useStored } from '@/shared/hooks/useStored';
import { hasText, t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { ChannelMark } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';
import { unmerge } from './ContactMenu';
import { addNote, changeNote, deleteNote } from './save';

type Entry =
  | { kind: 'conversation'; at: string; conversation: EarlierConversation }
  | { kind: 'note'; at: string; note: ContactNote }
  | { kind: 'move'; at: string; move: Contact['moves'][number] }
  | { kind: 'merge'; at: string; merge: Contact['merges'][number] };

/** Both in one order of time. */
export function entriesOf(contact: Contact, current: Id | undefined): readonly Entry[] {
  const conversations = contact.conversations
    .filter(({ id }) => id !== current)
    .map((conversation): Entry => ({ kind: 'conversation', at: conversation.last_activity_at, conversation }));
  const notes = contact.notes.map((note): Entry => ({ kind: 'note', at: note.created_at, note }));
  const moves = contact.moves.map((move): Entry => ({ kind: 'move', at: move.moved_at, move }));
  const merges = contact.merges.map((merge): Entry => ({ kind: 'merge', at: merge.merged_at, merge }));
  return [...conversations, ...notes, ...moves, ...merges].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

export interface HistoryProps {
  readonly contact: Contact;
  /** The conversation beside which it stands: it is no history yet. */
  readonly current?: Id;
  /** The page of the contact has room for it; the panel folds it. */
  readonly isFolding?: boolean;
}

export function History({ contact, current, isFolding = false }: HistoryProps) {
  const [isOpen, setIsOpen] = useStored('threadline-earlier', true);
  const entries = entriesOf(contact, current);
  const listId = useId();
  const isShown = isOpen || !isFolding;
  const mayChange = useMay('contacts:change');
  return (
    <section aria-label={t('contact.history')} className="py-2 text-13">
      {isFolding && (
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={listId}
          onClick={() => setIsOpen(!isOpen)}
          className="flex h-8 w-full items-center gap-2 px-4 font-semibold pointer-coarse:min-h-11"
        >
          {t('contact.history')}
          <span className="tabular font-normal text-muted">{entries.length}</span>
          <ChevronRight
            aria-hidden
            size={14}
            strokeWidth={1.75}
            className={cx('ms-auto text-muted transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
          />
        </button>
      )}
      {isShown && (
        <div id={listId}>
          {mayChange && <NewNote contactId={contact.id} />}
          {entries.length > 0 && (
            <ol>
              {entries.map((entry) => {
                switch (entry.kind) {
                  case 'note':
                    return <NoteEntry key={entry.note.id} contactId={contact.id} note={entry.note} />;
                  case 'move':
                    return <MoveEntry key={entry.move.id} contactId={contact.id} move={entry.move} />;
                  case 'merge':
                    return <MergeEntry key={entry.merge.id} contactId={contact.id} merge={entry.merge} />;
                  default:
                    return <ConversationEntry key={entry.conversation.id} conversation={entry.conversation} />;
                }
              })}
            </ol>
          )}
        </div>
      )}
    </section>
  );
}

function NewNote({ contactId }: { readonly contactId: Id }) {
  const [text, setText] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const add = async () => {
    if (text.trim() === '' || isBusy) return;
    setIsBusy(true);
    if (await addNote(contactId, text)) setText('');
    setIsBusy(false);
  };
  return (
    <form
      className="px-4 pt-1 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <textarea
        dir="auto"
        rows={text === '' ? 1 : 3}
        value={text}
        aria-label={t('contact.new_note')}
        placeholder={t('contact.new_note')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) =>
          onNoteKey(
            event,
            () => void add(),
            () => {
              setText('');
              if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
            },
          )
        }
        className="w-full bg-note resize-none rounded-md border border-line px-2.5 py-1.5 text-13 placeholder:text-muted pointer-coarse:text-16"
      />
      {text !== '' && (
        <div className="flex justify-end pt-1">
          <Button type="submit" size="small" isBusy={isBusy} keyName="Mod+Enter">
            {t('contact.add_note')}
          </Button>
        </div>
      )}
    </form>
  );
}

function onNoteKey(event: KeyboardEvent<HTMLTextAreaElement>, onSave: () => void, onCancel: () => void): void {
  if (event.nativeEvent.isComposing) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    onSave();
  }
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  }
}

function NoteEntry({ contactId, note }: { readonly contactId: Id; readonly note: ContactNote }) {
  const { agent } = useSignedIn();
  const author = useStore((state) => (note.author_id === null ? undefined : state.agents.get(note.author_id)));
  const now = useMinute();
  const [draft, setDraft] = useState<string>();
  const mayChangeTheirs = note.author_id === agent.id || agent.permissions.includes('fields:manage');
  const mayChange = useMay('contacts:change') && mayChangeTheirs;
  const save = async () => {
    if (draft === undefined || draft.trim() === '' || draft === note.text) return setDraft(undefined);
    if (await changeNote(contactId, note.id, draft)) setDraft(undefined);
  };
  return (
    <li className="flex gap-3 px-4 py-1.5">
      <span className="grid h-5 w-4 shrink-0 place-items-center text-warn">
        <StickyNote aria-hidden size={14} strokeWidth={1.75} />
      </span>
      <div className="min-w-0 flex-1">
        {draft === undefined ? (
          <p dir="auto" className="text-aligned break-words whitespace-pre-wrap">
            {note.text}
          </p>
        ) : (
          <textarea
            autoFocus
            dir="auto"
            rows={3}
            value={draft}
            aria-label={t('contact.note')}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={() => void save()}
            onKeyDown={(event) =>
              onNoteKey(
                event,
                () => void save(),
                () => setDraft(undefined),
              )
            }
            className="w-full bg-note resize-none rounded-md border border-line px-2 py-1 text-13 pointer-coarse:text-16"
          />
        )}
        <p className="flex flex-wrap items-center gap-x-2 text-12 text-muted">
          <span>
            {t('contact.noted', {
              name: author?.name ?? t('author.system'),
              time: formatRowTime(note.created_at, now),
            })}
            {note.edited_at !== null && ` · ${t('contact.edited')}`}
          </span>
          {mayChange && draft === undefined && (
            <>
              <button type="button" className={LINK} onClick={() => setDraft(note.text)}>
                {t('contact.edit_note')}
              </button>
              <button type="button" className={LINK} onClick={() => void deleteNote(contactId, note.id)}>
                {t('contact.delete_note')}
              </button>
            </>
          )}
        </p>
      </div>
    </li>
  );
}

const LINK = 'rounded-sm underline-offset-2 hover:text-ink hover:underline pointer-coarse:min-h-11';

interface MoveEntryProps {
  readonly contactId: Id;
  readonly move: Contact['moves'][number];
}

/** A conversation came from somebody else, or went to them: its line stands in both histories. */
function MoveEntry({ contactId, move }: MoveEntryProps) {
  const actor = useStore((state) => (move.actor_id === null ? undefined : state.agents.get(move.actor_id)));
  const now = useMinute();
  const hasGone = move.from_id === contactId;
  const [otherId, other] = hasGone ? [move.into_id, move.into_name] : [move.from_id, move.from_name];
  return (
    <li className="flex gap-3 px-4 py-1.5">
      <span className="grid h-5 w-4 shrink-0 place-items-center text-muted">
        <ArrowRightLeft aria-hidden size={14} strokeWidth={1.75} />
      </span>
      <span className="min-w-0">
        {other === null ? (
          t(hasGone ? 'contact.moved_to_unseen' : 'contact.moved_from_unseen')
        ) : (
          <Link href={paths.contacts(otherId)} className="hover:underline">
            {hasGone ? t('contact.moved_to', { name: other }) : t('contact.moved_from', { name: other })}
          </Link>
        )}
        <span className="block text-12 text-muted">
          {t('contact.noted', { name: actor?.name ?? t('author.system'), time: formatRowTime(move.moved_at, now) })}
        </span>
      </span>
    </li>
  );
}

interface MergeEntryProps {
  readonly contactId: Id;
  readonly merge: Contact['merges'][number];
}

function MergeEntry({ contactId, merge }: MergeEntryProps) {
  const actor = useStore((state) => (merge.actor_id === null ? undefined : state.agents.get(merge.actor_id)));
  const now = useMinute();
  return (
    <li className="flex gap-3 px-4 py-1.5">
      <span className="grid h-5 w-4 shrink-0 place-items-center text-muted">
        <Combine aria-hidden size={14} strokeWidth={1.75} />
      </span>
      <div className="min-w-0">
        <p>{t('contact.merged_with', { name: merge.name || t('contacts.nameless') })}</p>
        <p className="flex flex-wrap items-center gap-x-2 text-12 text-muted">
          <span>
            {t('contact.noted', { name: actor?.name ?? t('author.system'), time: formatRowTime(merge.merged_at, now) })}
          </span>
          <button type="button" className={LINK} onClick={() => void unmerge(contactId, merge.id)}>
            {t('contact.unmerge')}
          </button>
        </p>
      </div>
    </li>
  );
}

function ConversationEntry({ conversation }: { readonly conversation: EarlierConversation }) {
  const channel = useStore((state) => state.channels.get(conversation.channel_id));
  const now = useMinute();
  const key = `state.${conversation.state}`;
  return (
    <li>
      <Link
        href={paths.inbox(conversation.state === 'resolved' ? 'resolved' : 'open', conversation.id)}
        className="flex gap-3 px-4 py-1.5 hover:bg-hover"
      >
        <span className="grid h-5 w-4 shrink-0 place-items-center">
          <ChannelMark type={channel?.type ?? ''} isBare />
        </span>
        <span className="min-w-0">
          <span dir="auto" className="line-clamp-2 text-aligned">
            {conversation.preview || t('contact.no_text')}
          </span>
          <span className="block text-12 text-muted">
            {[channel?.name, hasText(key) ? t(key) : '', formatRowTime(conversation.last_activity_at, now)]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      </Link>
    </li>
  );
}
