import { ArrowDownWideNarrow, ArrowUp, Check } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Id } from '@/shared/api/types';
import { useSecond } from '@/shared/format/clock';
import { formatWait } from '@/shared/format/times';
import { waitingSince } from '@/shared/format/waiting';
import { t } from '@/shared/i18n';
import { fieldErrors, problemText } from '@/shared/problem';
import { loadList, loadMore, prefetchThread, reloadFound } from '@/shared/store/load';
import { listKey, type ListOrder, type ListQuery, type State } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Menu, MenuChoice } from '@/shared/ui/Menu';
import { MovingItem } from '@/shared/ui/MovingItem';
import { cx } from '@/shared/ui/cx';
import { isChosen, type Selection } from '../bulk/selection';
import { ConversationRow } from './ConversationRow';
import { listIds, useList, usePinnedFirst } from './select';
import { useSettledIds } from './useSettledIds';

const HOVER_MS = 80;
const MORE_BEFORE_END = 12;
/** Changes come in bursts; a list that only the server knows is asked for once for each. */
const FOUND_AFTER_MS = 700;

export interface ConversationListProps {
  readonly query: ListQuery;
  readonly selected: Id | undefined;
  readonly onSelect: (id: Id) => void;
  readonly onOpen: () => void;
  readonly onOrder: (order: ListOrder) => void;
  /** Tells which ids stand in the list, in the shown order: for "next" and "previous". */
  readonly onShown: (ids: readonly Id[]) => void;
  readonly selection: Selection;
  /** Absent: nothing is done to many. */
  readonly onChoose: ((id: Id) => void) | undefined;
}

export function ConversationList(props: ConversationListProps) {
  const { query, selected, onSelect, onOpen, onOrder, onShown, selection, onChoose } = props;
  const key = listKey(query);
  const list = useList(query);
  const epoch = useStore(
    (state) =>
      state.epoch + (query.view === 'drafts' ? state.draftEpoch : query.view === 'mentions' ? state.mentionEpoch : 0),
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const [isAway, setIsAway] = useState(false);
  const [isPointed, setIsPointed] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const { ids, fresh, adopt } = useSettledIds(usePinnedFirst(listIds(list), query), isAway || isPointed, key);
  const place = selected === undefined ? -1 : ids.indexOf(selected);

  useEffect(() => {
    let isCurrent = true;
    loadList(query)
      .then(() => isCurrent && setFailed(null))
      .catch((cause: unknown) => isCurrent && setFailed(fieldErrors(cause).filter ?? problemText(cause)));
    return () => {
      isCurrent = false;
    };
    // The query is named by its key; a new epoch asks for everything again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, epoch]);

  const isStale = list?.isStale === true;
  useEffect(() => {
    if (!isStale) return;
    const reload = query.view === 'found' ? reloadFound : loadList;
    const timer = setTimeout(() => void reload(query).catch(() => undefined), FOUND_AFTER_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isStale, key]);

  // Whoever presses keys does not point: what they resolved leaves the list at once.
  useEffect(() => {
    const letGo = () => setIsPointed(false);
    addEventListener('keydown', letGo, true);
    return () => removeEventListener('keydown', letGo, true);
  }, []);

  useEffect(() => onShown(ids), [ids, onShown]);
  usePrefetchNeighbours(ids, place);

  // Chosen by keys, the row comes into view; a click never moves the list, and neither does a row that finds a new place.
  const byKeys = useByKeys();
  useEffect(() => {
    if (place >= 0 && byKeys.current) virtual.current?.scrollToIndex(place, { align: 'nearest' });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  const move = (step: number) => {
    const next = ids[Math.min(ids.length - 1, Math.max(0, place < 0 ? 0 : place + step))];
    if (next !== undefined) onSelect(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -ids.length, End: ids.length };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(step);
    } else if (event.key === 'Enter' && place >= 0) {
      event.preventDefault();
      onOpen();
    }
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ListBar query={query} onOrder={onOrder} />
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label={t('list.label')}
        aria-activedescendant={place >= 0 ? `row-${ids[place]}` : undefined}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => {
          // A list that moved under a resting pointer tells of a move, too: of none.
          const hasMoved = event.movementX !== 0 || event.movementY !== 0;
          if (event.pointerType === 'mouse' && hasMoved) setIsPointed(true);
        }}
        onPointerLeave={() => setIsPointed(false)}
        onScroll={(event) => setIsAway(event.currentTarget.scrollTop > 8)}
        className="group/list min-h-0 flex-1 overflow-y-auto overscroll-contain px-1.5 pb-1.5 outline-none max-md:px-0"
      >
        <Virtualizer
          ref={virtual}
          scrollRef={scroller}
          item={MovingItem}
          itemSize={64}
          keepMounted={place >= 0 ? [place] : undefined}
          onScroll={() => {
            const handle = virtual.current;
            const end = handle?.findItemIndex(handle.scrollOffset + handle.viewportSize) ?? 0;
            if (end >= ids.length - MORE_BEFORE_END) void loadMore(query).catch(() => undefined);
          }}
        >
          {ids.map((id, index) => (
            <Option
              key={id}
              id={id}
              index={index}
              count={ids.length}
              isComplete={list?.next === null}
              isSelected={id === selected}
              isMine={query.view === 'mine'}
              isChosen={isChosen(selection, id)}
              onSelect={onSelect}
              onChoose={onChoose}
            />
          ))}
        </Virtualizer>
      </div>
      {/* Over the list, not in it: a list box holds nothing but options. */}
      <div className="absolute inset-x-0 top-9">
        {list?.isLoaded && ids.length === 0 && <Empty query={query} />}
        {failed !== null && !list?.isLoaded && (
          <EmptyState
            title={t('list.failed')}
            text={failed}
            action={
              <Button onClick={() => void loadList(query).catch(() => undefined)}>{t('common.try_again')}</Button>
            }
          />
        )}
      </div>
      {fresh > 0 && (
        <button
          type="button"
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 });
            setIsAway(false);
            adopt();
          }}
          className="absolute inset-x-0 top-11 z-10 mx-auto flex h-7 w-fit items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-12 font-medium text-accent shadow-float"
        >
          <ArrowUp aria-hidden size={14} strokeWidth={1.75} />
          {t('list.fresh', { count: fresh })}
        </button>
      )}
    </div>
  );
}

interface OptionProps {
  readonly id: Id;
  readonly index: number;
  readonly count: number;
  readonly isComplete: boolean;
  readonly isSelected: boolean;
  readonly isMine: boolean;
  readonly isChosen: boolean;
  readonly onSelect: (id: Id) => void;
  readonly onChoose: ((id: Id) => void) | undefined;
}

function Option(props: OptionProps) {
  const { id, index, count, isComplete, isSelected, isMine, isChosen: isTicked, onSelect, onChoose } = props;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (
    <div
      id={`row-${id}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={isComplete ? count : -1}
      aria-posinset={index + 1}
      onClick={() => onSelect(id)}
      onPointerEnter={() => {
        timer.current = setTimeout(() => prefetchThread(id), HOVER_MS);
      }}
      onPointerLeave={() => clearTimeout(timer.current)}
      className={cx(
        'group/row relative select-none',
        isSelected &&
          'before:absolute before:-start-1.5 before:top-4 before:h-8 before:w-[3px] before:rounded-e-sm before:bg-accent max-md:before:start-0',
        isSelected &&
          'group-focus-visible/list:[&>div]:outline-2 group-focus-visible/list:[&>div]:-outline-offset-2 group-focus-visible/list:[&>div]:outline-accent',
      )}
    >
      <ConversationRow id={id} isSelected={isSelected || isTicked} isMine={isMine} />
      {/* For the pointer; keys have X. An option holds nothing that could be focused. */}
      {onChoose && (
        <span
          data-choose=""
          aria-hidden
          onClick={(event) => {
            event.stopPropagation();
            onChoose(id);
          }}
          className={cx(
            'absolute inset-y-0 start-2.5 grid w-9 place-items-center max-md:start-4 max-md:w-11',
            !isTicked && 'opacity-0 pointer-fine:group-hover/row:opacity-100',
          )}
        >
          <span
            className={cx(
              'grid size-9 place-items-center rounded-full border max-md:size-11',
              isTicked ? 'border-accent bg-accent text-on-accent' : 'border-line-strong bg-raised text-muted',
            )}
          >
            <Check size={18} strokeWidth={2} />
          </span>
        </span>
      )}
      {isTicked && <span className="sr-only">{t('bulk.ticked')}</span>}
    </div>
  );
}

const ORDERS: readonly ListOrder[] = ['due', 'triage', 'longest', 'priority', 'newest', 'oldest'];
const OF_WAITING: readonly ListOrder[] = ['due', 'triage'];

/** Over the rows: the order at the start, the queue at the end. */
function ListBar({ query, onOrder }: { readonly query: ListQuery; readonly onOrder: (order: ListOrder) => void }) {
  const isFixed = query.view === 'resolved';
  const orders = query.view === 'waiting' ? OF_WAITING : ORDERS;
  const label = t(`list.${query.order}`);
  const text = (
    <>
      <ArrowDownWideNarrow aria-hidden size={14} strokeWidth={1.75} className="text-muted" />
      {label}
    </>
  );
  return (
    <div className="flex h-9 shrink-0 items-center justify-between ps-4 pe-4 text-12 max-md:border-b max-md:border-line">
      {isFixed ? (
        <span className="flex items-center gap-1.5 font-medium">{text}</span>
      ) : (
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              className="-ms-1 flex h-7 items-center gap-1.5 rounded-sm px-1 font-medium hover:bg-hover"
            >
              {text}
            </button>
          }
        >
          <MenuChoice<ListOrder>
            label={t('list.order')}
            value={query.order}
            options={orders.map((value) => ({ value, label: t(`list.${value}`) }))}
            onValueChange={onOrder}
          />
        </Menu>
      )}
      {query.view !== 'resolved' && <Queue query={query} />}
    </div>
  );
}

function Queue({ query }: { readonly query: ListQuery }) {
  const waiting = useStore((state) => {
    if (query.view === 'found') return waitingIn(state, query);
    return query.channelId === null
      ? (state.counts?.views[query.view]?.waiting ?? 0)
      : (state.counts?.channels[query.channelId]?.waiting ?? 0);
  });
  const first = useStore((state) => {
    const ids = state.lists.get(listKey(query))?.ids ?? [];
    let longest: string | null = null;
    for (const id of ids) {
      const row = state.conversations.get(id);
      const since = row ? waitingSince(row) : null;
      if (since !== null && (longest === null || Date.parse(since) < Date.parse(longest))) longest = since;
    }
    return longest;
  });
  if (waiting === 0) return <span className="text-muted">{t('list.nobody')}</span>;
  return (
    // Another figure is another box, not one that moved.
    <span key={waiting} className="text-muted">
      {t('list.waiting', { count: waiting })}
      {first !== null && <Longest since={first} />}
    </span>
  );
}

/** Of what a filter found, as far as it was loaded: who waits comes first. */
function waitingIn(state: State, query: ListQuery): number {
  const ids = state.lists.get(listKey(query))?.ids ?? [];
  return ids.filter((id) => {
    const row = state.conversations.get(id);
    return row !== undefined && waitingSince(row) !== null;
  }).length;
}

function Longest({ since }: { readonly since: string }) {
  const now = useSecond();
  const text = formatWait(Date.parse(since), now);
  return (
    <>
      {t('list.longest_of')} <span className="tabular inline-block min-w-8 font-semibold text-ink">{text}</span>
    </>
  );
}

function Empty({ query }: { readonly query: ListQuery }) {
  const texts = useMemo(() => emptyTexts(query), [query]);
  return <EmptyState title={texts.title} text={texts.text} />;
}

function emptyTexts(query: ListQuery): { title: string; text: string } {
  switch (query.view) {
    case 'waiting':
      return { title: t('empty.waiting'), text: t('empty.waiting_text') };
    case 'all':
      return { title: t('empty.all'), text: t('empty.all_text') };
    case 'mine':
      return { title: t('empty.mine'), text: t('empty.mine_text') };
    case 'followed':
      return { title: t('empty.followed'), text: t('empty.followed_text') };
    case 'failed':
      return { title: t('empty.failed'), text: t('empty.failed_text') };
    case 'resolved':
      return { title: t('empty.resolved'), text: t('empty.resolved_text') };
    case 'unassigned':
      return { title: t('empty.unassigned'), text: t('empty.unassigned_text') };
    case 'snoozed':
      return { title: t('empty.snoozed'), text: t('empty.snoozed_text') };
    case 'mentions':
      return { title: t('empty.mentions'), text: t('empty.mentions_text') };
    case 'drafts':
      return { title: t('empty.drafts'), text: t('empty.drafts_text') };
    case 'scheduled':
      return { title: t('empty.scheduled'), text: t('empty.scheduled_text') };
    case 'held':
      return { title: t('empty.held'), text: t('empty.held_text') };
    case 'open':
      return { title: t('empty.open'), text: t('empty.open_text') };
    case 'found':
      return { title: t('empty.found'), text: t('empty.found_text') };
  }
}

/** Whether the person's last doing was a key press. */
function useByKeys(): RefObject<boolean> {
  const byKeys = useRef(false);
  useEffect(() => {
    const onKey = () => (byKeys.current = true);
    const onPointer = () => (byKeys.current = false);
    addEventListener('keydown', onKey, true);
    addEventListener('pointerdown', onPointer, true);
    return () => {
      removeEventListener('keydown', onKey, true);
      removeEventListener('pointerdown', onPointer, true);
    };
  }, []);
  return byKeys;
}

/** The threads of the rows beside the chosen one: probably the next to be opened. */
function usePrefetchNeighbours(ids: readonly Id[], place: number): void {
  const above = place > 0 ? ids[place - 1] : undefined;
  const below = place >= 0 ? ids[place + 1] : ids[0];
  useEffect(() => {
    const timer = setTimeout(() => {
      if (below !== undefined) prefetchThread(below);
      if (above !== undefined) prefetchThread(above);
    }, 150);
    return () => clearTimeout(timer);
  }, [above, below]);
}
