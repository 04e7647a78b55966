/** The agent's own conversations, whatever the view: who waits for me, and where I left something half written. */
import { Pencil } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import type { Id } from '@/shared/api/types';
import { useSecond } from '@/shared/format/clock';
import { formatWait } from '@/shared/format/times';
import { waitingSince } from '@/shared/format/waiting';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { loadMore } from '@/shared/store/load';
import { MINE } from '@/shared/store/lists';
import { draftKey, listKey } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { paths, type View } from '../paths';
import { useConversation } from './select';
import { useSettledIds } from './useSettledIds';

const SHOWN = 5;
/** More than anybody can have in hand; whoever does has the view. */
const MOST = 500;
const NONE: readonly Id[] = [];

export interface MyChatsProps {
  readonly selected: Id | undefined;
  readonly view: View;
}

/** The most urgent stand there; all the others, in the same order, are one press away. */
export default function MyChats({ selected, view }: MyChatsProps) {
  const list = useStore((state) => state.lists.get(listKey(MINE)));
  const live = list?.ids ?? NONE;
  useEffect(() => {
    if (list && list.next !== null && list.ids.length < MOST) void loadMore(MINE).catch(() => undefined);
  }, [list]);
  const [isPointed, setPointed] = useState(false);
  const { ids: settled } = useSettledIds(live, isPointed, '');
  // What left me leaves the strip at once; only the order waits for the pointer to go.
  const ids = settled.filter((id) => live.includes(id));
  if (ids.length === 0) return null;
  return (
    <section
      aria-labelledby="my-chats-title"
      onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
      onPointerLeave={() => setPointed(false)}
      className="shrink-0 border-t border-line px-2 pt-2 pb-3"
    >
      <h2 id="my-chats-title" className="flex justify-between px-2 pb-1 text-12 font-medium text-muted">
        {t('chats.title')}
        <span key={ids.length} className="tabular font-normal">
          {formatNumber(ids.length)}
        </span>
      </h2>
      {/* Room for all that may stand here: who comes, goes or changes places moves nothing else. */}
      <ul className="relative h-35">
        {ids.slice(0, SHOWN).map((id, place) => (
          <li key={id} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${place * 100}%)` }}>
            <Link
              href={paths.inbox(view, id)}
              aria-current={id === selected ? 'true' : undefined}
              className="flex h-7 items-center gap-2.5 rounded-md px-2 text-13 hover:bg-hover"
            >
              <Chat id={id} />
            </Link>
          </li>
        ))}
      </ul>
      <div className="h-7">
        {ids.length > SHOWN && <Others ids={ids.slice(SHOWN)} selected={selected} view={view} />}
      </div>
    </section>
  );
}

/** The rest of them: how many, how long the first of them waits, and a list that the arrow keys walk. */
function Others({ ids, selected, view }: MyChatsProps & { readonly ids: readonly Id[] }) {
  const since = useStore((state) => state.conversations.get(ids[0] ?? '')?.waiting_since ?? null);
  const hasSelected = selected !== undefined && ids.includes(selected);
  return (
    <Menu
      align="end"
      side="inline-end"
      trigger={
        <button
          type="button"
          aria-label={t('chats.more', { count: ids.length })}
          className={cx(
            'flex h-7 w-full items-center justify-between rounded-md px-2 text-13 text-muted hover:bg-hover',
            since !== null && 'font-semibold',
          )}
        >
          {/* In the column of the faces. */}
          <span className={cx('tabular', hasSelected && 'text-accent')}>+{formatNumber(ids.length)}</span>
          {since !== null && <Wait since={since} />}
        </button>
      }
    >
      {ids.map((id) => (
        <MenuItem key={id} onClick={() => navigate(paths.inbox(view, id))}>
          <span className="flex w-56 items-center gap-2.5">
            <Chat id={id} />
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}

function Chat({ id }: { readonly id: Id }): ReactNode {
  const conversation = useConversation(id);
  const hasDraft = useStore(
    (state) => state.drafts.has(draftKey(id, 'reply')) || state.drafts.has(draftKey(id, 'note')),
  );
  if (!conversation) return null;
  const since = waitingSince(conversation);
  return (
    <>
      <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={20} />
      <span dir="auto" className={cx('min-w-0 flex-1 truncate text-aligned', since !== null && 'font-semibold')}>
        {conversation.contact.name}
      </span>
      {hasDraft && (
        <span key={String(since !== null)} role="img" aria-label={t('chats.draft')} className="text-muted">
          <Pencil aria-hidden size={12} strokeWidth={1.75} />
        </span>
      )}
      {since !== null && <Wait since={since} />}
    </>
  );
}

function Wait({ since }: { readonly since: string }) {
  const now = useSecond();
  const text = formatWait(Date.parse(since), now);
  return (
    <span key={text.length} className="tabular min-w-9 text-end font-semibold">
      {text}
    </span>
  );
}
