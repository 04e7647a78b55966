/** The discussions one is in, in one place: those that are open, and those that were closed. */
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { fetchDiscussions } from '@/shared/api/calls';
import type { Discussion } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Tabs } from '@/shared/ui/Tabs';
import { paths } from '../paths';

type Tab = Discussion['state'];

export default function DiscussionsPage() {
  const [tab, setTab] = useState<Tab>('open');
  return (
    <main className="flex h-full min-h-0 flex-col overflow-y-auto bg-surface">
      <div className="mx-auto w-full max-w-3xl px-6 py-6 max-md:px-4">
        <h1 className="pb-4 text-20 font-semibold">{t('discussion.title')}</h1>
        <Tabs
          label={t('discussion.title')}
          value={tab}
          tabs={(['open', 'closed'] as const).map((value) => ({
            value,
            label: t(`discussion.tab_${value}`),
            panel: value === tab && <List state={value} />,
          }))}
          onValueChange={setTab}
        />
      </div>
    </main>
  );
}

function List({ state }: { readonly state: Tab }) {
  const epoch = useStore((known) => known.epoch + known.discussionEpoch);
  const [items, setItems] = useState<readonly Discussion[] | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    fetchDiscussions(state).then(
      (found) => {
        if (!isCurrent) return;
        setItems(found);
        setHasFailed(false);
      },
      () => isCurrent && setHasFailed(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [state, epoch, round]);
  if (items === null) {
    if (!hasFailed) return <Skeleton className="pt-6" />;
    return (
      <EmptyState
        title={t('discussion.failed')}
        text={t('common.offline')}
        action={<Button onClick={() => setRound(round + 1)}>{t('common.try_again')}</Button>}
      />
    );
  }
  if (items.length === 0)
    return <EmptyState title={t(`discussion.empty_${state}`)} text={t('discussion.empty_text')} />;
  return (
    <ul>
      {items.map((one) => (
        <Row key={one.id} discussion={one} />
      ))}
    </ul>
  );
}

function Row({ discussion }: { readonly discussion: Discussion }) {
  const now = useMinute();
  const author = useStore((state) => state.agents.get(discussion.last_author_id ?? ''));
  const me = useStore((state) => state.me);
  const { unread } = discussion;
  const name = discussion.last_author_id === me ? t('row.you') : (author?.name ?? '');
  return (
    <li className="border-b border-line">
      <Link
        href={paths.discussion(discussion.conversation_id, discussion.id)}
        className="flex min-h-14 items-start gap-3 rounded-md px-2 py-2.5 hover:bg-hover"
      >
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <bdi className={cx('min-w-0 truncate text-14', unread > 0 ? 'font-semibold' : 'font-medium')}>
              {discussion.subject}
            </bdi>
            <bdi className="min-w-0 shrink-0 truncate text-12 text-muted">{discussion.contact.name}</bdi>
          </span>
          <span dir="auto" className="block truncate text-aligned text-13 text-muted">
            {name !== '' && t('discussion.said', { name, text: discussion.last_note })}
          </span>
        </span>
        <time dateTime={discussion.last_note_at} className="tabular shrink-0 text-12 text-muted">
          {formatRowTime(discussion.last_note_at, now)}
        </time>
        {unread > 0 && (
          <span className="tabular shrink-0 rounded-full bg-accent px-1.5 text-11 leading-5 font-semibold text-on-accent">
            {formatNumber(unread)}
            <span className="sr-only"> {t('discussion.unread', { count: unread })}</span>
          </span>
        )}
      </Link>
    </li>
  );
}
