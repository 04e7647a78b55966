import { ArrowLeftRight, ArrowUp } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { countConversations } from '@/shared/api/calls';
import type { Count, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { fieldErrors, problemText } from '@/shared/problem';
import { loadList, loadMore, reloadFound } from '@/shared/store/load';
import type { ListQuery } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { InlineError } from '@/shared/ui/InlineError';
import { LabelDot } from '@/shared/ui/LabelMark';
import { ConversationRow } from '../inbox/ConversationRow';
import { listIds, useList } from '../inbox/select';
import { useSettledIds } from '../inbox/useSettledIds';
import { mayMoveTo, type Column } from './columns';

/** Rows that move are seen at once; what only the server knows is asked for once in so long, column by column. */
const AGAIN_AFTER_MS = 2_000;
const MORE_BEFORE_END = 8;

export interface BoardColumnProps {
  readonly column: Column;
  readonly name: string;
  readonly query: ListQuery;
  /** What stands here by now, whatever the server was last asked. */
  readonly live: readonly Id[];
  /** How often something was moved from here: what is shown then is what is so. */
  readonly moves: number;
  readonly active: Id | undefined;
  readonly dragged: Id | undefined;
  readonly onShown: (ids: readonly Id[]) => void;
  readonly onPlace: (id: Id | undefined) => void;
  readonly onOpen: (id: Id) => void;
  readonly onMove: (id: Id) => void;
  readonly onDrag: (id: Id | undefined) => void;
  readonly onDrop: (id: Id) => void;
  /** The server said what stands here; the question left at this time of the page. */
  readonly onAsked: (key: string, askedAt: number) => void;
}

export function BoardColumn(props: BoardColumnProps) {
  const { column, name, query, live, moves, active, dragged } = props;
  const { onShown, onPlace, onOpen, onMove, onDrag, onDrop, onAsked } = props;
  const list = useList(query);
  const epoch = useStore((state) => state.epoch);
  const [count, setCount] = useState<Count>();
  const [failed, setFailed] = useState<string>();
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);

  const settled = useSettledIds(live, isPointed || isFocused || dragged !== undefined, `${column.key} ${moves}`);
  // What left stands on only while the pointer rests here: else nothing is under it that could jump.
  const ids = useMemo(() => {
    const here = new Set(live);
    return isPointed || dragged !== undefined ? settled.ids : settled.ids.filter((id) => here.has(id));
  }, [settled.ids, live, isPointed, dragged]);
  const { fresh, adopt } = settled;
  const place = active === undefined ? -1 : ids.indexOf(active);
  // Until it is counted again: who came, less who left.
  const shownCount = count && count.total !== null ? count.total + live.length - listIds(list).length : undefined;

  const ask = (reload: (query: ListQuery) => Promise<void>) => {
    const askedAt = performance.now();
    return Promise.all([
      reload(query),
      countConversations(query.filter ?? { kind: 'group', match: 'all', of: [] }),
    ]).then(
      ([, next]) => {
        setCount(next);
        setFailed(undefined);
        onAsked(column.key, askedAt);
      },
      (cause: unknown) => setFailed(fieldErrors(cause).filter ?? problemText(cause)),
    );
  };
  useEffect(() => {
    void ask(loadList);
    // The query is named by the key of this component; a new epoch asks for everything again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [epoch]);
  const isStale = list?.isStale === true;
  useEffect(() => {
    if (!isStale) return;
    const timer = setTimeout(() => void ask(reloadFound), AGAIN_AFTER_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isStale]);
  useEffect(() => onShown(ids), [ids, onShown]);
  useEffect(() => {
    if (place >= 0) virtual.current?.scrollToIndex(place, { align: 'nearest' });
    // A card that finds a new place moves nothing; the one that the keys choose comes into view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [active]);

  const mayDrop = dragged !== undefined && mayMoveTo(column);
  return (
    <section
      aria-label={name}
      onDragOver={(event) => {
        if (!mayDrop) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        if (mayDrop) onDrop(dragged);
      }}
      className={cx(
        'flex min-h-0 w-72 shrink-0 flex-col rounded-lg border bg-surface max-md:w-full max-md:rounded-none max-md:border-0',
        isOver ? 'border-accent' : 'border-line',
      )}
    >
      <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-3 text-13">
        {column.kind === 'option' && column.option !== null && <LabelDot colour={column.option.colour ?? 'grey'} />}
        <h2 dir="auto" className="min-w-0 truncate font-semibold">
          {name}
        </h2>
        {shownCount !== undefined && (
          <span className="tabular text-muted">
            {formatNumber(shownCount)}
            {count?.is_more === true && '+'}
          </span>
        )}
        {fresh > 0 && (
          <Button size="small" look="link" icon={ArrowUp} onClick={adopt}>
            {t('list.fresh', { count: fresh })}
          </Button>
        )}
      </header>
      {list?.isLoaded === true && ids.length === 0 && failed === undefined && (
        <div className="px-3 pt-4 text-13 text-muted">{t('board.empty')}</div>
      )}
      {failed !== undefined && (
        <div className="p-3">
          <InlineError>{failed}</InlineError>
        </div>
      )}
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        data-column={column.key}
        aria-label={name}
        aria-activedescendant={place >= 0 ? `card-${ids[place]}` : undefined}
        onFocus={() => {
          setIsFocused(true);
          if (place < 0) onPlace(ids[0]);
        }}
        onBlur={() => setIsFocused(false)}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1, Home: -ids.length, End: ids.length }[event.key];
          if (by !== undefined && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
            event.preventDefault();
            onPlace(ids[Math.min(ids.length - 1, Math.max(0, place + by))]);
          }
        }}
        onPointerMove={(event) => {
          // A list that moved under a resting pointer tells of a move, too: of none.
          const hasMoved = event.movementX !== 0 || event.movementY !== 0;
          if (event.pointerType === 'mouse' && hasMoved) setIsPointed(true);
        }}
        onPointerLeave={() => setIsPointed(false)}
        className="group/list min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent max-md:px-0"
      >
        <Virtualizer
          ref={virtual}
          scrollRef={scroller}
          itemSize={64}
          keepMounted={place >= 0 ? [place] : undefined}
          onScroll={() => {
            const handle = virtual.current;
            const end = handle?.findItemIndex(handle.scrollOffset + handle.viewportSize) ?? 0;
            if (end >= ids.length - MORE_BEFORE_END) void loadMore(query).catch(() => undefined);
          }}
        >
          {ids.map((id, index) => (
            <div
              key={id}
              id={`card-${id}`}
              role="option"
              aria-selected={id === active}
              aria-setsize={list?.next === null ? ids.length : -1}
              aria-posinset={index + 1}
              draggable
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = 'move';
                event.dataTransfer.setData('text/plain', id);
                onDrag(id);
              }}
              onDragEnd={() => onDrag(undefined)}
              // A finger opens, as in the list; a pointer chooses, for it can drag and press twice.
              onClick={(event) =>
                (event.nativeEvent as PointerEvent).pointerType === 'touch' ? onOpen(id) : onPlace(id)
              }
              onDoubleClick={() => onOpen(id)}
              className={cx(
                'group/row relative flex cursor-grab items-center select-none',
                id === dragged && 'opacity-50',
              )}
            >
              <div className="min-w-0 flex-1">
                <ConversationRow id={id} isSelected={id === active} />
              </div>
              {/* For the pointer and for fingers; keys have M. An option holds nothing that could be focused. */}
              <span
                aria-hidden
                data-move=""
                onClick={(event) => {
                  event.stopPropagation();
                  onMove(id);
                }}
                className="grid size-7 shrink-0 place-items-center rounded-md border border-line bg-raised text-muted hover:text-ink pointer-coarse:me-2 pointer-coarse:size-11 pointer-fine:absolute pointer-fine:end-1 pointer-fine:bottom-1 pointer-fine:opacity-0 pointer-fine:group-hover/row:opacity-100"
              >
                <ArrowLeftRight size={14} strokeWidth={1.75} />
              </span>
            </div>
          ))}
        </Virtualizer>
      </div>
    </section>
  );
}
