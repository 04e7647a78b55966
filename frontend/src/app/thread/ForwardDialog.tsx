/** Where to send messages on: another chat, or a note in one. Files go along without being downloaded. */
import { Lock, Send } from 'lucide-react';
import { useDeferredValue, useEffect, useId, useState } from 'react';
import { fetchConversations, postForward } from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Conversation, Id, Message } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { describeContent } from '../inbox/describe';

const FOUND = 100;

export interface ForwardDialogProps {
  readonly messages: readonly Message[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export default function ForwardDialog({ messages, onClose, onDone }: ForwardDialogProps) {
  const [chats, setChats] = useState<readonly Conversation[] | null>(null);
  const [query, setQuery] = useState('');
  const [targetId, setTargetId] = useState<Id | null>(null);
  const [busy, setBusy] = useState<'reply' | 'note' | null>(null);
  const [error, setError] = useState('');
  const group = useId();
  const wanted = useDeferredValue(fold(query.trim()));
  const channels = useStore((state) => state.channels);

  useEffect(() => {
    let isCurrent = true;
    const ask = (view: 'open' | 'snoozed') =>
      fetchConversations({ view, channelId: null, order: 'newest', limit: FOUND });
    Promise.all([ask('open'), ask('snoozed')])
      .then((pages) => isCurrent && setChats(pages.flatMap((page) => page.items)))
      .catch((problem: unknown) => isCurrent && setError(problemText(problem)));
    return () => {
      isCurrent = false;
    };
  }, []);

  const shown = chats?.filter((chat) => fold(`${chat.contact.name} ${chat.address_display}`).includes(wanted)) ?? [];
  const target = chats?.find((chat) => chat.id === targetId);
  const forward = async (kind: 'reply' | 'note') => {
    if (!target) return;
    setBusy(kind);
    setError('');
    try {
      // One after the other: they are read in the order of the thread.
      for (const message of messages)
        await postForward(message.id, { conversationId: target.id, kind, clientId: newId() });
      showToast(t(kind === 'note' ? 'thread.forwarded_note' : 'thread.forwarded', { name: target.contact.name }));
      onDone();
    } catch (problem) {
      setError(problemText(problem));
      setBusy(null);
    }
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
      footer={
        <>
          <Button
            icon={Lock}
            disabled={!target || busy !== null}
            isBusy={busy === 'note'}
            onClick={() => void forward('note')}
          >
            {t('thread.forward_note')}
          </Button>
          <Button
            icon={Send}
            look="filled"
            disabled={!target || busy !== null}
            isBusy={busy === 'reply'}
            onClick={() => void forward('reply')}
          >
            {t('thread.forward_send')}
          </Button>
        </>
      }
    >
      <TextField label={t('thread.forward_find')} value={query} onValueChange={setQuery} />
      <div role="radiogroup" aria-label={t('thread.forward_to')} className="flex h-64 flex-col overflow-y-auto">
        {shown.map((chat) => (
          <label
            key={chat.id}
            className={cx(
              'flex min-h-11 shrink-0 cursor-pointer items-center gap-3 rounded-md px-2 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent',
              chat.id === targetId ? 'bg-accent-soft' : 'hover:bg-hover',
            )}
          >
            <input
              type="radio"
              name={group}
              checked={chat.id === targetId}
              onChange={() => setTargetId(chat.id)}
              className="sr-only"
            />
            <Avatar name={chat.contact.name} seed={chat.contact.id} size={28} />
            <span className="min-w-0">
              <span dir="auto" className="block truncate text-aligned font-medium">
                {chat.contact.name}
              </span>
              <span dir="auto" className="block truncate text-aligned text-12 text-muted">
                {channels.get(chat.channel_id)?.name} · {chat.address_display}
              </span>
            </span>
          </label>
        ))}
        {chats !== null && shown.length === 0 && <p className="p-2 text-13 text-muted">{t('thread.forward_none')}</p>}
      </div>
      {error !== '' && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}
