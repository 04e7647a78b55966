/** The desk: views, list, thread and context; three, two or one of them beside each other, as the window allows. */
import {
  Check,
  ChevronDown,
  House,
  Kanban,
  ListFilter,
  MessagesSquare,
  ScanEye,
  MoreVertical,
  PanelLeft,
  SquarePen,
  Trash2,
  UserPlus,
} from 'lucide-react';
import {
  lazy,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react';
import { flushSync } from 'react-dom';
import { useParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { request } from '@/shared/api/http';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { Filter, Id } from '@/shared/api/types';
import { useEvent } from '@/shared/hooks/useEvent';
import { PHONE, useMedia, WIDE } from '@/shared/hooks/useMedia';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { runCommand, settleBeforeKeys, useCommands } from '@/shared/keys/keyboard';
import { changePreferences } from '@/shared/preferences';
import { problemText } from '@/shared/problem';
import { loadConversation } from '@/shared/store/load';
import { listKey, type ListOrder, type ListQuery } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuChoice, MenuItem } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { useRefusedOrder } from '../bulk/orders';
import { extended, isEmpty, NOTHING, toggled, type Selection } from '../bulk/selection';
import { filterOfView, useFilterOfNow, useSavedView } from '../filters/useFilter';
import { parseView, paths, TEAM_VIEWS, teamView, type View } from '../paths';
import { teamsByName } from '../teams/teams';
import { importContactPanel, importConversation, screens } from '../routes';
import { useQuestion } from '../resolving/finish';
import { ConversationList } from './ConversationList';
import { jumpTarget, keepPlace, restorePlace } from '../together/jump';
import { useOpenDiscussion } from '../discussions/open';
import { isSomebodyTyping } from '../together/usePresence';
import { nextOf } from './goOn';
import { LIST_WIDTH, ListSeparator } from './ListSeparator';
import { isFound, queryOf, selectUnread } from './select';
import { useAnnouncements } from './useAnnouncements';
import { usePeek } from './usePeek';
import { countOf, useViewTitle, VIEW_NAMES, viewTitle } from './views';
import { ViewsPane } from './ViewsPane';

const BulkBar = lazy(() => import('../bulk/BulkBar'));
const RefusedDialog = lazy(() => import('../bulk/RefusedDialog'));
const ResolveDialog = lazy(() => import('../resolving/ResolveDialog'));
const FilterDialog = lazy(() => import('../filters/FilterDialog'));
const ConfirmDialog = lazy(async () => ({ default: (await import('@/shared/ui/Dialog')).ConfirmDialog }));

export function Inbox() {
  const params = useParams<{ view?: string; conversationId?: string }>();
  const { preferences } = useSignedIn();
  const view = parseView(params.view ?? (preferences.default_view || undefined));
  const selected = params.conversationId;
  const isWide = useMedia(WIDE);
  const isPhone = useMedia(PHONE);
  const [usualOrder, setUsualOrder] = useStored<ListOrder>('threadline-order', 'due');
  const [areViewsOpen, setViewsOpen] = useStored('threadline-views', true);
  const [width, setWidth] = useStored('threadline-list-width', LIST_WIDTH);
  const context = useSideColumn(isWide);
  const discussed = useOpenDiscussion().id;
  const hasSide = context.isOpen || (discussed !== null && selected !== undefined);
  const isOverlay = discussed !== null ? !isWide : context.isOverlay;
  const found = useFound(view);
  const query = queryOf(view, found.order ?? usualOrder, found.filter);
  const shown = useRef<readonly Id[]>([]);
  const onShown = useCallback((ids: readonly Id[]) => {
    shown.current = ids;
  }, []);
  const chosen = useChoice(query, shown);
  const go = useCallback((id: Id | undefined, replace = false) => navigate(paths.inbox(view, id), { replace }), [view]);

  const select = useEvent((id: Id) => go(id, selected !== undefined));

  useTitle(view, query);
  useEffect(() => void importConversation().then(importContactPanel), []);
  useAnnouncements(selected);
  useMissingSelection(selected);

  const mayChange = useMay('conversations:change');
  const peek = usePeek(shown, selected);
  const step = (by: number) => {
    const ids = shown.current;
    const place = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[place < 0 ? 0 : place + by];
    if (next !== undefined) select(next);
  };
  /** Where a step with Shift goes on while nothing is open. */
  const lastChosen = useRef<Id>(undefined);
  const chooseStep = (by: number) => {
    const ids = shown.current;
    const from = selected ?? lastChosen.current;
    const place = from === undefined ? -1 : ids.indexOf(from);
    lastChosen.current = ids[place + by] ?? from;
    chosen.extend([from, lastChosen.current]);
    if (selected !== undefined) step(by);
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    open: () => (selected === undefined ? step(1) : runCommand('reply')),
    back: () => {
      if (discussed !== null && selected !== undefined) return go(selected, true);
      if (context.isOverlay && context.isOpen) return context.close();
      if (!isEmpty(chosen.selection)) return chosen.clear();
      if (document.activeElement instanceof HTMLElement && document.activeElement.matches('textarea, input')) {
        document.activeElement.blur();
        return;
      }
      if (selected === undefined) return false;
      go(undefined);
    },
    peek: peek.begin,
    filter: () => found.edit(view),
    ...(mayChange && {
      choose: () => {
        lastChosen.current = selected ?? lastChosen.current ?? shown.current[0];
        chosen.toggle(lastChosen.current);
      },
      choose_next: () => chooseStep(1),
      choose_previous: () => chooseStep(-1),
      choose_all: () => chosen.takeShown(),
    }),
    views: () => setViewsOpen(!areViewsOpen),
    context: context.toggle,
    my_longest: () => jump(selected, select),
    take_next: () =>
      void importTakeNext().then(async (takeNext) => {
        const id = await takeNext();
        if (id !== undefined) select(id);
      }),
  });

  /** After a conversation is done. */
  const goOn = useEvent(() =>
    go(
      nextOf(shown.current, selected, getState().conversations, (id) => isSomebodyTyping(getState(), id)),
      true,
    ),
  );
  const goBack = useEvent(() => go(undefined));
  const toggleContext = useEvent(context.toggle);
  const closeContext = useEvent(context.close);
  const closeDiscussion = useEvent(() => go(selected, true));
  const tryIt = useEvent(context.tryIt);
  const collapse = useEvent(() => setViewsOpen(false));
  const createView = useEvent(() => found.edit(null));

  const deferred = useSettled(selected);
  const isAsked = useQuestion() !== null;
  const refusedId = useRefusedOrder();
  return (
    <div className="flex h-full min-h-0">
      {isWide && areViewsOpen && (
        <ViewsPane view={view} selected={selected} onTryIt={tryIt} onCollapse={collapse} onCreateView={createView} />
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
          onFilter={() => found.edit(view)}
        />
        <ConversationList
          query={query}
          selected={selected}
          onSelect={select}
          onOpen={() => runCommand('reply')}
          onOrder={found.setOrder ?? setUsualOrder}
          onShown={onShown}
          selection={chosen.selection}
          onChoose={mayChange ? chosen.toggle : undefined}
        />
        {chosen.hasBar && (
          <Suspense fallback={null}>
            <BulkBar
              query={query}
              selection={chosen.selection}
              mayTakeAll={chosen.mayTakeAll}
              onAll={chosen.takeAll}
              onClear={chosen.clear}
            />
          </Suspense>
        )}
        <ListSeparator width={width} onWidth={setWidth} />
      </section>
      <main
        className={cx(
          'flex min-h-0 min-w-0 flex-1 flex-col bg-surface',
          selected === undefined && 'max-md:hidden',
          isOverlay && hasSide && 'max-md:hidden',
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
              onBack={goBack}
              onResolved={goOn}
              onContext={toggleContext}
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
      {found.dialog}
      <Suspense fallback={null}>
        {isAsked && <ResolveDialog />}
        {refusedId !== null && <RefusedDialog bulkId={refusedId} />}
      </Suspense>
      {hasSide && (
        <>
          {isOverlay && (
            <button
              type="button"
              aria-label={t('common.close')}
              onClick={discussed === null ? context.close : () => go(selected, true)}
              className="fixed inset-0 z-20 bg-scrim max-md:hidden"
            />
          )}
          <div
            data-keys={context.practice === null || discussed !== null ? undefined : 'own'}
            className={cx(
              'flex min-h-0 shrink-0 flex-col border-s border-line bg-canvas',
              discussed !== null ? 'w-[340px]' : context.practice === null ? 'w-[300px]' : 'w-[376px]',
              isOverlay && 'fixed inset-y-0 end-0 z-20 shadow-float max-md:w-full max-md:border-0 max-md:shadow-none',
            )}
          >
            <Suspense fallback={null}>
              {discussed !== null ? (
                <screens.Discussion discussionId={discussed} onClose={closeDiscussion} />
              ) : context.practice !== null ? (
                <screens.Practice channelId={context.practice} onClose={closeContext} />
              ) : (
                deferred !== undefined && (
                  <screens.ContactPanel
                    conversationId={deferred}
                    onClose={closeContext}
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

/** What is chosen, as soon as there is time to show it: but before a key could do something to what was chosen before. */
function useSettled(selected: Id | undefined): Id | undefined {
  const deferred = useDeferredValue(selected);
  const [settled, setSettled] = useState(selected);
  const shown = settled === selected ? selected : deferred;
  useLayoutEffect(() => {
    settleBeforeKeys(shown === selected ? null : () => flushSync(() => setSettled(selected)));
    return () => settleBeforeKeys(null);
  }, [shown, selected]);
  return shown;
}

let cameFrom: Id | null = null;

/** To my longest waiting chat, or back. */
function jump(selected: Id | undefined, select: (id: Id) => void): boolean {
  const target = jumpTarget(getState(), selected, cameFrom);
  if (target === null) return false;
  if (selected !== undefined) {
    keepPlace(selected);
    cameFrom = selected;
  }
  select(target);
  restorePlace(target);
  return true;
}

/** What is not needed for the list comes with the conversation. */
async function importTakeNext() {
  return (await import('../thread/actions')).takeNext;
}

interface Choice {
  readonly selection: Selection;
  /** Stays once it was needed: an order may still be going on. */
  readonly hasBar: boolean;
  readonly mayTakeAll: boolean;
  readonly toggle: (id: Id | undefined) => void;
  readonly extend: (ids: readonly (Id | undefined)[]) => void;
  readonly takeShown: () => void;
  readonly takeAll: () => void;
  readonly clear: () => void;
}

/** The chosen rows of this list; another list begins with none. */
function useChoice(query: ListQuery, shown: RefObject<readonly Id[]>): Choice {
  const key = listKey(query);
  const [kept, setKept] = useState({ key, selection: NOTHING });
  const [hasBar, setHasBar] = useState(false);
  const selection = kept.key === key ? kept.selection : NOTHING;
  const hasMore = useStore((state) => (state.lists.get(key)?.next ?? null) !== null);
  const size = useStore((state) => state.lists.get(key)?.ids.length ?? 0);
  const set = (next: Selection) => {
    setKept({ key, selection: next });
    setHasBar(true);
  };
  return {
    selection,
    hasBar,
    mayTakeAll: hasMore && selection.ids.size >= size && size > 0,
    toggle: (id) => id !== undefined && set(toggled(selection, id, shown.current)),
    extend: (ids) =>
      set(
        extended(
          selection,
          ids.filter((id) => id !== undefined),
        ),
      ),
    takeShown: () => shown.current.length > 0 && set({ ids: new Set(shown.current), isAll: false }),
    takeAll: () => set({ ids: new Set(), isAll: true }),
    clear: () => set(NOTHING),
  };
}

interface Found {
  readonly filter?: Filter;
  readonly order?: ListOrder;
  readonly setOrder?: (order: ListOrder) => void;
  /** Open the builder on what a view shows; `null`: on nothing. */
  readonly edit: (view: View | null) => void;
  readonly dialog: ReactNode;
}

/** What the address finds by a filter, and the builder for it. */
function useFound(view: View): Found {
  const saved = useSavedView(view);
  const [now, keep] = useFilterOfNow();
  const [orders, setOrders] = useState<Readonly<Record<string, ListOrder>>>({});
  const [edited, setEdited] = useState<View | null>();
  const ofTeam = useMemo(
    () => (view.startsWith('team-') ? { filter: filterOfView(view), order: 'due' as const } : undefined),
    [view],
  );
  const own = view === 'filter' ? now : (saved ?? ofTeam);
  const close = () => setEdited(undefined);
  const dialog = edited !== undefined && (
    <Suspense fallback={null}>
      <FilterDialog
        start={
          edited === null
            ? { filter: filterOfView('open'), order: 'due' }
            : (own ?? { filter: filterOfView(edited), order: 'due' })
        }
        saved={edited === null ? undefined : saved}
        onClose={close}
        onShow={(chosen) => {
          keep(chosen);
          close();
          navigate(paths.inbox('filter'));
        }}
        onSaved={(id) => {
          close();
          navigate(paths.inbox(`saved-${id}`));
        }}
      />
    </Suspense>
  );
  if (!isFound(view)) return { edit: setEdited, dialog };
  return {
    filter: own?.filter,
    order: orders[view] ?? own?.order ?? 'due',
    setOrder: (order) => setOrders({ ...orders, [view]: order }),
    edit: setEdited,
    dialog,
  };
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
  const practice = useMay('practice:use') && isTrying ? practiceId : null;
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
  readonly onFilter: () => void;
}

function ListHeader({ view, hasMenu, onExpand, onFilter }: ListHeaderProps) {
  const channels = useStore((state) => state.channels);
  const savedViews = useStore((state) => state.savedViews);
  const count = useStore((state) => countOf(view, state));
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const { permissions } = useSignedIn().agent;
  const title = useViewTitle(view);
  const views: View[] = [
    ...VIEW_NAMES,
    ...teamsByName(teams)
      .filter((team) => team.member_ids.includes(me))
      .flatMap(({ id }) => TEAM_VIEWS.map((of) => teamView(id, of))),
    ...savedViews.map(({ id }): View => `saved-${id}`),
    ...[...channels.keys()].map((id): View => `channel-${id}`),
  ];
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
            options={views.map((value) => ({ value, label: viewTitle(value, { channels, savedViews, teams }) }))}
            onValueChange={(next) => navigate(paths.inbox(next))}
          />
          <MenuItem icon={ScanEye} onClick={() => navigate(paths.reviews())}>
            {t('review.title')}
          </MenuItem>
          <MenuItem icon={MessagesSquare} onClick={() => navigate(paths.discussions())}>
            {t('discussion.title')}
          </MenuItem>
        </Menu>
      ) : (
        <h1 dir="auto" className="truncate text-16 font-semibold">
          {title}
        </h1>
      )}
      {count !== undefined && count.total !== null && count.total > 0 && (
        <span className="tabular text-14 text-muted">
          {formatNumber(count.total)}
          {count.is_more && '+'}
        </span>
      )}
      <span className="ms-auto flex items-center">
        {permissions.includes('messages:send') && (
          <IconButton icon={SquarePen} label={t('keys.start')} keyName="C" onClick={() => void runCommand('start')} />
        )}
        {permissions.includes('conversations:change') && (
          <IconButton
            icon={UserPlus}
            label={t('keys.take_next')}
            keyName="T"
            onClick={() => void runCommand('take_next')}
          />
        )}
        <IconButton
          icon={ListFilter}
          label={t('filter.open')}
          keyName="f"
          isPressed={isFound(view)}
          onClick={onFilter}
        />
        {view !== 'filter' && <ViewMenu view={view} />}
      </span>
    </header>
  );
}

/** What is done with a view beside opening it. */
function ViewMenu({ view }: { readonly view: View }) {
  const saved = useSavedView(view);
  const { agent, preferences } = useSignedIn();
  const [isDeleting, setDeleting] = useState(false);
  const isFirst = (preferences.default_view || 'open') === view;
  const mayChange = saved && (saved.audience === 'own' || agent.permissions.includes('views:manage'));
  const tell = (cause: unknown) => showToast(problemText(cause), { isError: true });
  const remove = async () => {
    setDeleting(false);
    try {
      await request('DELETE', `/api/saved-views/${saved?.id ?? ''}`);
      if (isFirst) await changePreferences({ default_view: '' });
      navigate(paths.inbox('open'), { replace: true });
    } catch (cause) {
      tell(cause);
    }
  };
  return (
    <>
      <Menu trigger={<IconButton icon={MoreVertical} label={t('views.more')} />}>
        <MenuItem
          icon={isFirst ? Check : House}
          disabled={isFirst}
          onClick={() => void changePreferences({ default_view: view }).catch(tell)}
        >
          {t(isFirst ? 'views.is_first' : 'views.make_first')}
        </MenuItem>
        <MenuItem icon={Kanban} onClick={() => navigate(paths.board(view))}>
          {t('board.show')}
        </MenuItem>
        {mayChange && (
          <>
            <MenuItem icon={ListFilter} onClick={() => runCommand('filter')}>
              {t('views.edit')}
            </MenuItem>
            <MenuItem icon={Trash2} isDangerous onClick={() => setDeleting(true)}>
              {t('views.delete')}
            </MenuItem>
          </>
        )}
      </Menu>
      {isDeleting && (
        <Suspense fallback={null}>
          <ConfirmDialog
            open
            onOpenChange={setDeleting}
            title={t('views.delete_title', { name: saved?.name ?? '' })}
            description={t('views.delete_text')}
            action={t('views.delete')}
            onConfirm={() => void remove()}
          />
        </Suspense>
      )}
    </>
  );
}

/** The page's title says where one is and how much is new. */
function useTitle(view: View, query: ReturnType<typeof queryOf>): void {
  const unread = useStore(selectUnread(query));
  const title = useViewTitle(view);
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
