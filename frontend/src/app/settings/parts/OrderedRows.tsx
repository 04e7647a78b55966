import { ArrowDown, ArrowUp, GripVertical } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { cx } from '@/shared/ui/cx';
import { IconButton, type IconButtonProps } from '@/shared/ui/IconButton';

export interface OrderedRowsProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  /** Said by the handle and the arrows of a row. */
  readonly words: (item: T) => {
    readonly move: string;
    readonly hint: string;
    readonly up: string;
    readonly down: string;
  };
  readonly onMove: (from: number, to: number) => void;
  readonly children: (item: T, place: number) => { readonly body: ReactNode; readonly end: ReactNode };
}

/** A list in an order that counts, with a handle at each row: dragged, moved by the arrow keys, or pressed by fingers. */
export function OrderedRows<T extends { readonly id: string; readonly name: string }>({
  label,
  items,
  words,
  onMove,
  children,
}: OrderedRowsProps<T>) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const end = (): void => {
    setDragged(null);
    setOver(null);
  };
  return (
    <ol aria-label={label} className="flex flex-col divide-y divide-line border-t border-line">
      {items.map((item, place) => {
        const said = words(item);
        const shown = children(item, place);
        return (
          <li
            key={item.id}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', item.name);
              setDragged(place);
            }}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              setOver(place);
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null) onMove(dragged, place);
              end();
            }}
            onDragEnd={end}
            className={cx(
              'relative flex min-h-16 flex-wrap items-center gap-x-3 gap-y-1 py-2',
              dragged === place && 'opacity-50',
              over === place && dragged !== place && 'bg-accent-soft',
            )}
          >
            <button
              type="button"
              aria-label={said.move}
              title={said.hint}
              onKeyDown={(event) => {
                const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
                if (by === 0) return;
                event.preventDefault();
                onMove(place, place + by);
              }}
              className="grid size-8 shrink-0 cursor-grab place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
            >
              <GripVertical aria-hidden size={16} strokeWidth={1.75} />
            </button>
            <span className="tabular w-4 shrink-0 text-13 text-muted">{place + 1}</span>
            <div className="min-w-0 flex-1 basis-44">{shown.body}</div>
            <div className="ms-auto flex items-center gap-1 md:gap-2">
              <ByTouch icon={ArrowUp} label={said.up} onClick={() => onMove(place, place - 1)} />
              <ByTouch icon={ArrowDown} label={said.down} onClick={() => onMove(place, place + 1)} />
              {shown.end}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** What fingers cannot drag, they press. */
function ByTouch(props: IconButtonProps) {
  return (
    <span className="hidden pointer-coarse:inline-flex">
      <IconButton {...props} />
    </span>
  );
}
