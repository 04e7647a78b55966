/** A column as it looks, is stepped through and dropped on, whatever its cards are of. */
import { ArrowLeftRight, ArrowUp } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Field, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { InlineError } from '@/shared/ui/InlineError';
import { LabelDot } from '@/shared/ui/LabelMark';

const MORE_BEFORE_END = 8;

export interface BoardFrameProps {
  readonly columnKey: string;
  readonly name: string;
  readonly colour?: Field['options'][number]['colour'];
  /** How many stand here, as it is written; undefined: nobody has counted yet. */
  readonly count: string | undefined;
  /** How many wait above, and how they are shown. */
  readonly fresh: number;
  readonly onFresh: () => void;
  readonly ids: readonly Id[];
  readonly isLoaded: boolean;
  /** More are to be had from the server. */
  readonly hasMore: boolean;
  readonly failed: string | undefined;
  readonly active: Id | undefined;
  readonly dragged: Id | undefined;
  readonly mayDrop: boolean;
  /** False: its cards are only looked at. */
  readonly mayMove: boolean;
  readonly card: (id: Id, isSelected: boolean) => ReactNode;
  readonly onPlace: (id: Id | undefined) => void;
  readonly onOpen: (id: Id) => void;
  readonly onMove: (id: Id) => void;
  readonly onDrag: (id: Id | undefined) => void;
  readonly onDrop: (id: Id) => void;
  readonly onNearEnd: () => void;
  readonly onPointed: (isPointed: boolean) => void;
  readonly onFocused: (isFocused: boolean) => void;
}

export function BoardFrame(props: BoardFrameProps) {
  const { columnKey, name, colour, count, fresh, ids, failed, active, dragged, mayDrop, mayMove } = props;
  const { card, onPlace, onOpen, onMove, onDrag, onDrop, onNearEnd, onPointed, onFocused } = props;
  const [isOver, setIsOver] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const place = active === undefined ? -1 : ids.indexOf(active);
  useEffect(() => {
    if (place >= 0) virtual.current?.scrollToIndex(place, { align: 'nearest' });
    // A card that finds a new place moves nothing; the one that the keys choose comes into view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [active]);
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
        if (mayDrop && dragged !== undefined) onDrop(dragged);
      }}
      className={cx(
        'flex min-h-0 w-72 shrink-0 flex-col rounded-lg border bg-surface max-md:w-full max-md:rounded-none max-md:border-0',
        isOver ? 'border-accent' : 'border-line',
      )}
    >
      <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-3 text-13">
        {colour !== undefined && <LabelDot colour={colour ?? 'grey'} />}
        <h2 dir="auto" className="min-w-0 truncate font-semibold">
          {name}
        </h2>
        {count !== undefined && <span className="tabular text-muted">{count}</span>}
        {fresh > 0 && (
          <Button size="small" look="link" icon={ArrowUp} onClick={props.onFresh}>
            {t('list.fresh', { count: fresh })}
          </Button>
        )}
      </header>
      {props.isLoaded && ids.length === 0 && failed === undefined && (
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
        data-column={columnKey}
        aria-label={name}
        aria-activedescendant={place >= 0 ? `card-${ids[place]}` : undefined}
        onFocus={() => {
          onFocused(true);
          if (place < 0) onPlace(ids[0]);
        }}
        onBlur={() => onFocused(false)}
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
          if (event.pointerType === 'mouse' && hasMoved) onPointed(true);
        }}
        onPointerLeave={() => onPointed(false)}
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
            if (end >= ids.length - MORE_BEFORE_END) onNearEnd();
          }}
        >
          {ids.map((id, index) => (
            <div
              key={id}
              id={`card-${id}`}
              role="option"
              aria-selected={id === active}
              aria-setsize={props.hasMore ? -1 : ids.length}
              aria-posinset={index + 1}
              draggable={mayMove}
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
                'group/row relative flex items-center select-none',
                mayMove && 'cursor-grab',
                id === dragged && 'opacity-50',
              )}
            >
              <div className="min-w-0 flex-1">{card(id, id === active)}</div>
              {/* For the pointer and for fingers; keys have M. An option holds nothing that could be focused. */}
              {mayMove && (
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
              )}
            </div>
          ))}
        </Virtualizer>
      </div>
    </section>
  );
}
