import { useRef } from 'react';
import { t } from '@/shared/i18n';

export const LIST_MIN = 280;
export const LIST_MAX = 440;
export const LIST_WIDTH = 340;
const STEP = 16;

export interface ListSeparatorProps {
  readonly width: number;
  readonly onWidth: (width: number) => void;
}

/** Between list and thread: drag it, or move it with the arrow keys. */
export function ListSeparator({ width, onWidth }: ListSeparatorProps) {
  const start = useRef({ x: 0, width });
  const isReversed = () => document.documentElement.dir === 'rtl';
  const set = (value: number) => onWidth(Math.min(LIST_MAX, Math.max(LIST_MIN, Math.round(value))));
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={t('list.resize')}
      aria-orientation="vertical"
      aria-valuemin={LIST_MIN}
      aria-valuemax={LIST_MAX}
      aria-valuenow={width}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const moved = event.clientX - start.current.x;
        set(start.current.width + (isReversed() ? -moved : moved));
      }}
      onDoubleClick={() => set(LIST_WIDTH)}
      onKeyDown={(event) => {
        const forward = isReversed() ? 'ArrowLeft' : 'ArrowRight';
        const back = isReversed() ? 'ArrowRight' : 'ArrowLeft';
        if (event.key === forward) set(width + STEP);
        else if (event.key === back) set(width - STEP);
        else if (event.key === 'Home') set(LIST_MIN);
        else if (event.key === 'End') set(LIST_MAX);
        else return;
        event.preventDefault();
      }}
      className="absolute inset-y-0 -end-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent-tint max-md:hidden"
    />
  );
}
