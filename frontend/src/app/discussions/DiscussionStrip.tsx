/** Above a thread: the discussions one is in beside it; and the way to begin one. */
import { MessagesSquare } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Conversation } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useCommands } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { discussionsOf } from './discussions';
import { useOpenDiscussion } from './open';

const StartDiscussion = lazy(() => import('./StartDiscussion'));

export function DiscussionStrip({ conversation }: { readonly conversation: Conversation }) {
  const all = useStore((state) => state.discussions);
  const merged = useStore((state) => state.merged);
  const shown = useMemo(
    () => discussionsOf({ discussions: all, merged }, conversation.id),
    [all, merged, conversation.id],
  );
  const [isStarting, setStarting] = useState(false);
  const opened = useOpenDiscussion();
  useCommands({ discuss: () => setStarting(true) });
  return (
    <>
      {shown.length > 0 && (
        <section
          aria-label={t('discussion.title')}
          className="flex min-h-9 shrink-0 items-center gap-2 overflow-x-auto border-b border-line bg-canvas px-5 text-13 max-md:px-4"
        >
          <MessagesSquare aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
          {shown.map((one) => (
            <button
              key={one.id}
              type="button"
              aria-pressed={opened.id === one.id}
              onClick={() => navigate(opened.hrefOf(one), { replace: true })}
              className={cx(
                'flex h-7 max-w-64 min-w-0 shrink-0 items-center gap-1.5 rounded-full border px-2.5 pointer-coarse:h-9',
                opened.id === one.id ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface hover:bg-hover',
              )}
            >
              <bdi className={cx('truncate', one.unread > 0 && 'font-semibold')}>{one.subject}</bdi>
              {one.unread > 0 && (
                <span className="tabular shrink-0 rounded-full bg-accent px-1.5 text-11 font-semibold text-on-accent">
                  {formatNumber(one.unread)}
                  <span className="sr-only"> {t('discussion.unread', { count: one.unread })}</span>
                </span>
              )}
            </button>
          ))}
        </section>
      )}
      {isStarting && (
        <Suspense fallback={null}>
          <StartDiscussion
            conversation={conversation}
            onClose={() => setStarting(false)}
            onStarted={(made) => {
              setStarting(false);
              navigate(opened.hrefOf(made), { replace: true });
            }}
          />
        </Suspense>
      )}
    </>
  );
}
