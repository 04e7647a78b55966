import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { Notification, NotificationPage } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { getState, useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { calledTo } from '../discussions/discussions';
import { paths } from '../paths';
import { closeFloat } from '../shell/floats';
import { describeNotification, KIND_ICONS } from './describe';

/** The list behind the bell: the newest first, on every device the same. */
export default function NotificationsPanel() {
  const { unread_notifications: unread } = useSignedIn();
  const { items, next, error, loadMore } = useNotifications();
  const [, navigate] = useLocation();
  const list = useRef<HTMLUListElement>(null);

  const open = (item: Notification) =>
    closeFloat(() => {
      void markRead([item.id]);
      const called = item.kind === 'discussed' ? calledTo(getState(), item.conversation_id) : undefined;
      navigate(
        called ? paths.discussion(called.conversation_id, called.id) : paths.inbox('open', item.conversation_id),
      );
    });
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && closeFloat()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed inset-y-0 start-0 z-40 flex w-full flex-col border-e border-line bg-raised text-ink shadow-float outline-none md:start-[52px] md:w-96">
          <header className="flex min-h-13 shrink-0 items-center gap-2 border-b border-line ps-4 pe-2">
            <Dialog.Title className="min-w-0 flex-1 truncate text-16 font-semibold">
              {t('reach.notifications')}
            </Dialog.Title>
            {unread > 0 && (
              <Button look="plain" onClick={() => void markRead(null)}>
                {t('reach.all_read')}
              </Button>
            )}
            <Dialog.Close
              aria-label={t('common.close')}
              className="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
            >
              <X aria-hidden size={16} strokeWidth={1.75} />
            </Dialog.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-2">
            {error !== null && <InlineError>{error}</InlineError>}
            {items === null && error === null && <Skeleton lines={5} />}
            {items?.length === 0 && <EmptyState title={t('reach.empty')} text={t('reach.empty_text')} />}
            {items !== null && items.length > 0 && (
              <ul
                ref={list}
                aria-label={t('reach.notifications')}
                onKeyDown={(event) => moveFocus(event, list.current)}
              >
                {items.map((item) => (
                  <Item key={item.id} item={item} onOpen={() => open(item)} />
                ))}
              </ul>
            )}
            {next !== null && (
              <Button look="plain" className="mx-auto mt-2" onClick={() => void loadMore()}>
                {t('reach.more')}
              </Button>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Item({ item, onOpen }: { readonly item: Notification; readonly onOpen: () => void }) {
  const now = useMinute();
  const agent = useStore((state) => (item.actor_id === null ? undefined : state.agents.get(item.actor_id)));
  const Icon = KIND_ICONS[item.kind];
  const words = describeNotification({ ...item, name: item.contact.name, agent: agent?.name ?? '' });
  return (
    <li>
      <button
        type="button"
        onClick={onOpen}
        className="flex min-h-11 w-full items-start gap-3 rounded-lg px-2.5 py-2 text-start text-14 hover:bg-hover"
      >
        <Icon
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className={cx('mt-0.5 shrink-0', item.kind === 'not_delivered' ? 'text-danger' : 'text-muted')}
        />
        <span className={cx('min-w-0 flex-1 break-words', item.is_read ? 'text-muted' : 'font-medium')}>
          <bdi>{words}</bdi>
          {!item.is_read && <span className="sr-only"> {t('reach.unread')}</span>}
        </span>
        <time dateTime={item.at} className="tabular shrink-0 text-12 text-muted">
          {formatRowTime(item.at, now)}
        </time>
        <span aria-hidden className={cx('mt-1.5 size-2 shrink-0 rounded-full', !item.is_read && 'bg-accent')} />
      </button>
    </li>
  );
}

async function markRead(ids: readonly string[] | null): Promise<void> {
  await request('POST', '/api/notifications/read', { body: ids === null ? {} : { ids } }).catch(() => undefined);
}

/** What was loaded, loaded again when something came or was read elsewhere. */
function useNotifications() {
  const [items, setItems] = useState<readonly Notification[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);

  const load = useCallback(async () => {
    try {
      const page = await request<NotificationPage>('GET', '/api/notifications');
      setItems(page.items);
      setNext(page.next);
      setError(null);
    } catch (cause) {
      setError(problemText(cause));
    }
  }, []);
  const loadMore = async () => {
    try {
      const page = await request<NotificationPage>('GET', '/api/notifications', {
        query: { after: next ?? undefined },
      });
      setItems((known) => [...(known ?? []), ...page.items]);
      setNext(page.next);
    } catch (cause) {
      setError(problemText(cause));
    }
  };
  useEffect(() => {
    void load();
    return onChanges(({ events }) => {
      if (events.some(({ kind }) => kind === 'notifications_changed')) void load();
    });
  }, [load]);
  return { items, next, error, loadMore };
}

function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const step =
    event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
  if (step === 0 || list === null) return;
  const buttons = [...list.querySelectorAll('button')];
  const place = buttons.findIndex((button) => button === document.activeElement);
  buttons[(place + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
