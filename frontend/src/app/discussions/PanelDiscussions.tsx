/** In the panel beside the thread: the discussions of this conversation; the closed ones once somebody asks for them. */
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Discussion, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { runCommand } from '@/shared/keys/keyboard';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { showToast } from '@/shared/ui/Toast';
import { fetchConversationDiscussions } from './calls';
import { discussionsOf } from './discussions';
import { useOpenDiscussion } from './open';

export function PanelDiscussions({ conversationId }: { readonly conversationId: Id }) {
  const all = useStore((state) => state.discussions);
  const merged = useStore((state) => state.merged);
  const open = useMemo(
    () => discussionsOf({ discussions: all, merged }, conversationId),
    [all, merged, conversationId],
  );
  const [asked, setAsked] = useState<{ of: Id; items: readonly Discussion[] } | null>(null);
  const opened = useOpenDiscussion();
  const others =
    asked?.of === conversationId ? asked.items.filter((one) => !open.some(({ id }) => id === one.id)) : null;
  const mayStart = useMay('conversations:change');
  const ask = () =>
    fetchConversationDiscussions(conversationId).then(
      (items) => setAsked({ of: conversationId, items }),
      (error: unknown) => showToast(problemText(error), { isError: true }),
    );
  return (
    <section aria-label={t('discussion.title')} className="border-t border-line px-4 py-2 text-13">
      <header className="flex h-8 items-center justify-between">
        <h3 className="font-semibold">{t('discussion.title')}</h3>
        {mayStart && (
          <IconButton
            icon={Plus}
            size={28}
            label={t('keys.discuss')}
            keyName={['Shift', 'D']}
            onClick={() => void runCommand('discuss')}
          />
        )}
      </header>
      <ul>
        {[...open, ...(others ?? [])].map((one) => (
          <li key={one.id}>
            <Link
              href={opened.hrefOf(one)}
              className="-mx-2 flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-hover pointer-coarse:min-h-11"
            >
              <bdi className={cx('min-w-0 flex-1 truncate', one.unread > 0 && 'font-semibold')}>{one.subject}</bdi>
              {one.state === 'closed' && <span className="text-12 text-muted">{t('discussion.tab_closed')}</span>}
              {one.unread > 0 && <span className="tabular font-semibold">{formatNumber(one.unread)}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {others?.length === 0 && open.length === 0 && <p className="py-1 text-muted">{t('discussion.none_here')}</p>}
      {others === null && (
        <Button look="link" size="small" className="-ms-2" onClick={() => void ask()}>
          {t('discussion.show_closed')}
        </Button>
      )}
    </section>
  );
}
