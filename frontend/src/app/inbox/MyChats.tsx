import { Pencil } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Conversation, Id } from '@/shared/api/types';
import { useSecond } from '@/shared/format/clock';
import { formatWait } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { compareRows, isInView } from '@/shared/store/lists';
import { draftKey, type ListQuery } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { paths, type View } from '../paths';
import { useConversation } from './select';

const SHOWN = 5;
const DUE: ListQuery = { view: 'mine', order: 'due', channelId: null };

/** The agent's own conversations, whatever the view: who waits for me, and where I left something half written. */
export function MyChats({ selected, view }: { readonly selected: Id | undefined; readonly view: View }) {
  const me = useStore((state) => state.me);
  const conversations = useStore((state) => state.conversations);
  const taken = useStore((state) => state.taken);
  const total = useStore((state) => state.counts?.views['mine']?.total ?? null);
  const mine = useMemo(() => {
    const rows: Conversation[] = [];
    for (const row of conversations.values()) if (!taken.has(row.id) && isInView(row, 'mine', me)) rows.push(row);
    return rows.sort((a, b) => compareRows(a, b, DUE)).slice(0, SHOWN);
  }, [conversations, taken, me]);
  if (mine.length === 0) return null;
  return (
    <section aria-labelledby="my-chats-title" className="shrink-0 px-2 pt-2 pb-3">
      <h2 id="my-chats-title" className="flex justify-between px-2 pb-1 text-12 font-medium text-muted">
        {t('chats.title')}
        <span className="tabular font-normal">
          {t('chats.count', { shown: mine.length, total: Math.max(total ?? 0, mine.length) })}
        </span>
      </h2>
      {mine.map(({ id }) => (
        <Chat key={id} id={id} view={view} isSelected={id === selected} />
      ))}
    </section>
  );
}

function Chat({ id, view, isSelected }: { readonly id: Id; readonly view: View; readonly isSelected: boolean }) {
  const conversation = useConversation(id);
  const hasDraft = useStore(
    (state) => state.drafts.has(draftKey(id, 'reply')) || state.drafts.has(draftKey(id, 'note')),
  );
  if (!conversation) return null;
  const since = conversation.waiting_since;
  return (
    <Link
      href={paths.inbox(view, id)}
      aria-current={isSelected ? 'true' : undefined}
      className={cx(
        'flex h-7 items-center gap-2.5 rounded-md px-2 text-13 hover:bg-hover',
        since !== null && 'font-semibold',
      )}
    >
      <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={20} />
      <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
        {conversation.contact.name}
      </span>
      {hasDraft && (
        <span role="img" aria-label={t('chats.draft')} className="text-muted">
          <Pencil aria-hidden size={12} strokeWidth={1.75} />
        </span>
      )}
      {since !== null && <Wait since={since} />}
    </Link>
  );
}

function Wait({ since }: { readonly since: string }) {
  const now = useSecond();
  return <span className="tabular">{formatWait(Date.parse(since), now)}</span>;
}
