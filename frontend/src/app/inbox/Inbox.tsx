/** The desk: views, list, thread and context; three, two or one of them beside each other, as the window allows. */
import { ChevronDown, PanelLeft, UserPlus } from 'lucide-react';
import { Suspense, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { PHONE, useMedia, WIDE } from '@/shared/hooks/useMedia';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { runCommand, useCommands } from '@/shared/keys/keyboard';
import { loadConversation } from '@/shared/store/load';
import type { ListOrder } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuChoice } from '@/shared/ui/Menu';
import { cx } from '@/shared/ui/cx';
import { parseView, paths, type View } from '../paths';
import { importConversation, screens } from '../routes';
import { ConversationList } from './ConversationList';
import { nextOf } from './goOn';
import { LIST_WIDTH, ListSeparator } from './ListSeparator';
import { queryOf, selectUnread } from './select';
import { useAnnouncements } from './useAnnouncements';
import { countOf, VIEW_NAMES, viewTitle } from './views';
import { usePeek } from './usePeek';
import { ViewsPane } from './ViewsPane';

export function Inbox() {
  const params = useParams<{ view?: string; conversationId?: string }>();
  const view = parseView(params.view);
  const selected = params.conversationId;
  const [, navigate] = useLocation();
  const isWide = useMedia(WIDE);
  const isPhone = useMedia(PHONE);
  const [order, setOrder] = useStored<ListOrder>('threadline-order', 'due');
  const [areViewsOpen, setViewsOpen] = useStored('threadline-views', true);
  const [width, setWidth] = useStored('threadline-list-width', LIST_WIDTH);
  const context = useSideColumn(isWide);
  const query = queryOf(view, order);
  const shown = useRef<readonly Id[]>([]);
  const onShown = useCallback((ids: readonly Id[]) => {
    shown.current = ids;
  }, []);
  const go = useCallback(
    (id: Id | undefined, replace = false) => navigate(paths.inbox(view, id), { replace }),
    [navigate, view],
  );
  const select = useCallback((id: Id) => go(id, selected !== undefined), [go, selected]);

  useTitle(view, query);
  useEffect(() => void importConversation(), []);
  useAnnouncements(selected);
  useMissingSelection(selected);

  const peek = usePeek(shown, selected);
  const step = (by: number) => {
    const ids = shown.current;
    const place = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[place < 0 ? 0 : place + by];
    if (next !== undefined) select(next);
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    open: () => (selected === undefined ? step(1) : runCommand('reply')),
    back: () => {
      if (context.isOverlay && context.isOpen) return context.close();
      if (document.activeElement instanceof HTMLElement && document.activeElement.matches('textarea, input')) {
        document.activeElement.blur();
        return;
      }
      if (selected === undefined) return false;
      go(undefined);
    },
    peek: peek.begin,
    views: () => setViewsOpen(!areViewsOpen),
    context: context.toggle,
    take_next: () =>
      void importTakeNext().then(async (takeNext) => {
        const id = await takeNext();
        if (id !== undefined) select(id);
      }),
  });

  /** After a conversation is done. */
  const goOn = useCallback(
    () =>
      go(
        nextOf(shown.current, selected, getState().conversations, () => false),
        true,
      ),
    [go, selected],
  );

  const deferred = useDeferredValue(selected);
  return (
    <div className="flex h-full min-h-0">
      {isWide && areViewsOpen && (
        <ViewsPane view={view} selected={selected} onTryIt={context.tryIt} onCollapse={() => setViewsOpen(false)} />
      )}
      <section
        aria-label={t('list.label')}
        style={isPhone ? undefined : { width }}
        className={cx(
          'relative flex min-h-0 shrink-0 flex-col border-e border-line bg-surface max-md:w-full max-md:border-0',
          selected !== undefined && 'max-md:hidden',
        )}
      >
        <ListHeader
          view={view}
          hasMenu={!isWide || !areViewsOpen}
          onExpand={isWide && !areViewsOpen ? () => setViewsOpen(true) : undefined}
        />
        <ConversationList
          query={query}
          selected={selected}
          onSelect={select}
          onOpen={() => runCommand('reply')}
          onOrder={setOrder}
          onShown={onShown}
        />
        <ListSeparator width={width} onWidth={setWidth} />
      </section>
      <main
        className={cx(
          'flex min-h-0 min-w-0 flex-1 flex-col bg-surface',
          selected === undefined && 'max-md:hidden',
          context.isOverlay && context.isOpen && 'max-md:hidden',
        )}
      >
        {deferred === undefined ? (
          <div className="grid flex-1 place-items-center">
            <EmptyState title={t('thread.none')} text={t('thread.none_text')} />
          </div>
        ) : (
          <Suspense fallback={null}>
            <screens.Thread
              key={deferred}
              conversationId={deferred}
              onBack={() => go(undefined)}
              onResolved={goOn}
              onContext={context.toggle}
              isContextOpen={context.isOpen}
            />
          </Suspense>
        )}
      </main>
      {peek.id !== undefined && (
        <Suspense fallback={null}>
          <screens.Peek
            conversationId={peek.id}
            onStep={peek.step}
            onClose={peek.end}
            onOpen={(id) => {
              peek.end();
              select(id);
            }}
          />
        </Suspense>
      )}
      {context.isOpen && (
        <>
          {context.isOverlay && (
            <button
              type="button"
              aria-label={t('common.close')}
              onClick={context.close}
              className="fixed inset-0 z-20 bg-scrim max-md:hidden"
            />
          )}
          <div
            data-keys={context.practice === null ? undefined : 'own'}
            className={cx(
              'flex min-h-0 shrink-0 flex-col border-s border-line bg-canvas',
              context.practice === null ? 'w-[300px]' : 'w-[376px]',
              context.isOverlay &&
                'fixed inset-y-0 end-0 z-20 shadow-float max-md:w-full max-md:border-0 max-md:shadow-none',
            )}
          >
            <Suspense fallback={null}>
              {context.practice !== null ? (
                <screens.Practice channelId={context.practice} onClose={context.close} />
              ) : (
                deferred !== undefined && (
                  <screens.ContactPanel
                    conversationId={deferred}
                    onClose={context.close}
                    isOverlay={context.isOverlay}
                  />
                )
              )}
            </Suspense>
          </div>
        </>
      )}
    </div>
  );
}

/** What is not needed for the list comes with the conversation. */
async function importTakeNext() {
  return (await import('../thread/actions')).takeNext;
}

interface SideColumn {
  isOpen: boolean;
  isOverlay: boolean;
  /** The practice phone stands in the place of the context. */
  practice: Id | null;
  toggle: () => void;
  close: () => void;
  tryIt: (channelId: Id) => void;
}

/** The last column: contact or practice phone; remembered where there is room, an overlay for the moment where not. */
function useSideColumn(isWide: boolean): SideColumn {
  const { workspace } = useSignedIn();
  const { conversationId } = useParams<{ conversationId?: string }>();
  const [isPinned, setPinned] = useStored('threadline-context', true);
  const [isTrying, setTrying] = useStored('threadline-try-it', workspace.is_sandbox);
  const [isOverlayOpen, setOverlayOpen] = useState(false);
  const [chosen, setChosen] = useState<Id | null>(null);
  const practiceId = useStore(
    (state) => chosen ?? [...state.channels.values()].find((channel) => channel.is_practice)?.id ?? null,
  );
  const practice = isTrying ? practiceId : null;
  const hasContent = practice !== null || conversationId !== undefined;
  // The phone is wider than the contact: beside it the thread needs a little more room.
  const hasRoomForPhone = useMedia('(min-width: 1400px)');
  const isOverlay = !isWide || (practice !== null && !hasRoomForPhone);
  const isOpen = hasContent && (isOverlay ? isOverlayOpen : isPinned || practice !== null);
  const close = () => {
    if (practice !== null) setTrying(false);
    else setPinned(false);
    setOverlayOpen(false);
  };
  return {
    isOpen,
    isOverlay,
    practice,
    close: isOverlay && !isWide ? () => setOverlayOpen(false) : close,
    toggle: () => {
      if (isWide) {
        if (practice !== null) setTrying(false);
        else setPinned(!isPinned);
      } else {
        setTrying(false);
        setOverlayOpen(!isOverlayOpen);
      }
    },
    tryIt: (channelId) => {
      setChosen(channelId);
      setTrying(true);
      setOverlayOpen(true);
    },
  };
}

interface ListHeaderProps {
  readonly view: View;
  readonly hasMenu: boolean;
  readonly onExpand?: () => void;
}

function ListHeader({ view, hasMenu, onExpand }: ListHeaderProps) {
  const channels = useStore((state) => state.channels);
  const count = useStore((state) => countOf(view, state));
  const [, navigate] = useLocation();
  const title = viewTitle(view, channels);
  const views: View[] = [...VIEW_NAMES, ...[...channels.keys()].map((id): View => `channel-${id}`)];
  return (
    <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line ps-4 pe-2 max-md:border-0">
      {onExpand && (
        <span className="-ms-2">
          <IconButton icon={PanelLeft} isDirectional label={t('views.expand')} keyName="[" onClick={onExpand} />
        </span>
      )}
      {hasMenu ? (
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              className="-ms-1.5 flex h-8 min-w-0 items-center gap-1.5 rounded-md px-1.5 hover:bg-hover"
            >
              <h1 dir="auto" className="truncate text-16 font-semibold max-md:text-20">
                {title}
              </h1>
              <ChevronDown aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
            </button>
          }
        >
          <MenuChoice<View>
            label={t('views.label')}
            value={view}
            options={views.map((value) => ({ value, label: viewTitle(value, channels) }))}
            onValueChange={(next) => navigate(paths.inbox(next))}
          />
        </Menu>
      ) : (
        <h1 dir="auto" className="truncate text-16 font-semibold">
          {title}
        </h1>
      )}
      {count !== undefined && count.total !== null && count.total > 0 && (
        <span className="tabular text-14 text-muted">{formatNumber(count.total)}</span>
      )}
      <span className="ms-auto">
        <IconButton
          icon={UserPlus}
          label={t('keys.take_next')}
          keyName="T"
          onClick={() => void runCommand('take_next')}
        />
      </span>
    </header>
  );
}

/** The page's title says where one is and how much is new. */
function useTitle(view: View, query: ReturnType<typeof queryOf>): void {
  const channels = useStore((state) => state.channels);
  const unread = useStore(selectUnread(query));
  const title = viewTitle(view, channels);
  useEffect(() => {
    document.title = unread > 0 ? t('shell.title_unread', { unread, title }) : t('shell.title', { title });
  }, [unread, title]);
}

/** A conversation named in the address need not stand in any list that was loaded. */
function useMissingSelection(selected: Id | undefined): void {
  const isKnown = useStore((state) => selected === undefined || state.conversations.has(selected));
  const epoch = useStore((state) => state.epoch);
  useEffect(() => {
    if (!isKnown && selected !== undefined) void loadConversation(selected).catch(() => undefined);
  }, [isKnown, selected, epoch]);
}
