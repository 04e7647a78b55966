/** Where to send messages on: another chat, or a note in one. Files go along without being downloaded. */
import { Lock, Send, TriangleAlert } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { postForward } from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { ForwardTarget, Id, Message } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { isWarning } from '@/shared/outbox/outbox';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { describeContent } from '../inbox/describe';
import { useForwardTargets } from './useForwardTargets';

const NOBODY: readonly ForwardTarget[] = [];

export interface ForwardDialogProps {
  readonly messages: readonly Message[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Letters find, arrows walk, Enter chooses and Enter again sends. */
export default function ForwardDialog({ messages, onClose, onDone }: ForwardDialogProps) {
  const [typed, setTyped] = useState('');
  const [place, setPlace] = useState(0);
  const [targetId, setTargetId] = useState<Id | null>(null);
  const [busy, setBusy] = useState<'reply' | 'note' | null>(null);
  const [error, setError] = useState('');
  /** The server warned of one text to many customers; the next press sends it all the same. */
  const [warnedId, setWarnedId] = useState<Id | null>(null);
  /** Each is sent once, however often one presses. */
  const [clientIds] = useState(() => new Map<string, Id>());
  const clientIdOf = (message: Message, to: Id, kind: string): Id => {
    const key = `${message.id} ${to} ${kind}`;
    const id = clientIds.get(key) ?? newId();
    clientIds.set(key, id);
    return id;
  };
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const found = useForwardTargets(typed);
  // Of the latest the one that the messages come from is the last one means.
  const from = messages[0]?.conversation_id;
  const rows = (found.items ?? NOBODY).filter(({ conversation }) => typed.trim() !== '' || conversation.id !== from);
  const target = rows.find(({ conversation }) => conversation.id === targetId) ?? null;
  const active = rows[Math.min(place, rows.length - 1)];
  const maySend = target !== null && target.refusal === null && busy === null;

  const forward = async (kind: 'reply' | 'note') => {
    if (!target) return;
    const { id, contact } = target.conversation;
    setBusy(kind);
    setError('');
    try {
      // One after the other: they are read in the order of the thread.
      for (const message of messages) {
        const clientId = clientIdOf(message, id, kind);
        await postForward(message.id, { conversationId: id, kind, clientId, isAccepted: warnedId === id });
      }
      showToast(t(kind === 'note' ? 'thread.forwarded_note' : 'thread.forwarded', { name: contact.name }));
      onDone();
    } catch (problem) {
      setError(problemText(problem));
      setWarnedId(isWarning(problem) ? id : null);
      setBusy(null);
    }
  };
  const walk = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setPlace(next);
    const row = rows[next];
    if (row) document.getElementById(optionId(listId, row.conversation.id))?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') walk(place + 1);
    else if (event.key === 'ArrowUp') walk(place - 1);
    else if (event.key === 'Enter') enter();
    else return;
    event.preventDefault();
  };
  const enter = () => {
    // What stands there may still be what other letters found.
    if (found.typed !== typed.trim() || active === undefined) return;
    if (active !== target) setTargetId(active.conversation.id);
    else if (maySend) void forward('reply');
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('thread.forward_title', { count: messages.length })}
      description={
        <span dir="auto" className="line-clamp-2">
          {messages.map((message) => describeContent(message.content)).join(' · ')}
        </span>
      }
      initialFocus={field}
      footer={
        <>
          <Button
            icon={Lock}
            disabled={target === null || busy !== null}
            isBusy={busy === 'note'}
            onClick={() => void forward('note')}
          >
            {t('thread.forward_note')}
          </Button>
          <Button
            icon={Send}
            look="filled"
            disabled={!maySend}
            isBusy={busy === 'reply'}
            onClick={() => void forward('reply')}
          >
            {warnedId !== null && warnedId === targetId ? t('repeat.send') : t('thread.forward_send')}
          </Button>
        </>
      }
    >
      <TextField
        ref={field}
        label={t('thread.forward_find')}
        hint={t('thread.forward_hint')}
        role="combobox"
        aria-expanded={rows.length > 0}
        aria-controls={listId}
        aria-activedescendant={active && optionId(listId, active.conversation.id)}
        autoComplete="off"
        value={typed}
        onValueChange={(next) => {
          setTyped(next);
          setPlace(0);
          setTargetId(null);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={listId}
        role="listbox"
        aria-label={t('thread.forward_to')}
        className="-mx-2 flex h-72 flex-col gap-0.5 overflow-y-auto"
      >
        {rows.map((row, index) => (
          <Row
            key={row.conversation.id}
            id={optionId(listId, row.conversation.id)}
            target={row}
            isActive={row === active}
            isChosen={row === target}
            onPoint={() => setPlace(index)}
            onChoose={() => setTargetId(row.conversation.id)}
          />
        ))}
      </div>
      {found.items !== null && (rows.length === 0 || found.isMore) && (
        <p className="text-13 text-muted">{rows.length === 0 ? t('thread.forward_none') : t('thread.forward_more')}</p>
      )}
      {(error !== '' || found.error !== '') && <InlineError>{error || found.error}</InlineError>}
    </Dialog>
  );
}

function optionId(listId: string, id: Id): string {
  return `${listId}-${id}`;
}

interface RowProps {
  readonly id: string;
  readonly target: ForwardTarget;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Row({ id, target: { conversation, refusal }, isActive, isChosen, onPoint, onChoose }: RowProps) {
  const channel = useStore((state) => state.channels.get(conversation.channel_id)?.name ?? '');
  const now = useMinute();
  return (
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      onPointerMove={onPoint}
      onClick={onChoose}
      className={cx(
        'flex min-h-11 shrink-0 items-center gap-3 rounded-md border px-2 py-1 select-none',
        isChosen ? 'border-accent' : 'border-transparent',
        isActive && 'bg-accent-soft',
      )}
    >
      <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={28} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <bdi className="min-w-0 truncate text-14 font-medium">
            {conversation.contact.name || t('contacts.nameless')}
          </bdi>
          <span className="tabular ms-auto shrink-0 text-12 text-muted">
            {formatRowTime(conversation.last_activity_at, now)}
          </span>
        </span>
        <span className="block truncate text-12 text-muted">
          <bdi>{channel}</bdi> · <bdi>{conversation.address_display}</bdi>
        </span>
        {refusal !== null && (
          <span className="flex items-start gap-1.5 text-12 text-warn">
            <TriangleAlert aria-hidden size={13} strokeWidth={1.75} className="mt-0.5 shrink-0" />
            {said(refusal.reason, refusal.title, refusal.values)}
          </span>
        )}
      </span>
    </div>
  );
}
