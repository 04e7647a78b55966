/** A swipe towards the end of the line, under a finger: the bubble follows a little, and beyond a mark it is done. */
import { useRef, useState, type TouchEvent } from 'react';

const BEGINS_PX = 12;
const DONE_PX = 56;
const FARTHEST_PX = 72;

export interface Swipe {
  /** How far the bubble stands aside, in px towards the end of the line; 0 at rest. */
  readonly offset: number;
  readonly handlers: {
    readonly onTouchStart: (event: TouchEvent) => void;
    readonly onTouchMove: (event: TouchEvent) => void;
    readonly onTouchEnd: () => void;
    readonly onTouchCancel: () => void;
  };
}

/** `onSwipe` undefined: there is nothing to do by a swipe. */
export function useSwipe(onSwipe: (() => void) | undefined): Swipe {
  const start = useRef<{ x: number; y: number; sign: 1 | -1 } | null>(null);
  const [offset, setOffset] = useState(0);
  const end = () => {
    start.current = null;
    setOffset(0);
  };
  return {
    offset,
    handlers: {
      onTouchStart: (event) => {
        const touch = event.touches[0];
        if (!onSwipe || !touch || event.touches.length > 1) return;
        const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
        start.current = { x: touch.clientX, y: touch.clientY, sign: isRtl ? -1 : 1 };
      },
      onTouchMove: (event) => {
        const touch = event.touches[0];
        if (!start.current || !touch) return;
        const along = (touch.clientX - start.current.x) * start.current.sign;
        const across = Math.abs(touch.clientY - start.current.y);
        // Whoever scrolls does not quote.
        if (offset === 0 && across > Math.max(BEGINS_PX, along)) return end();
        if (along > BEGINS_PX || offset > 0) setOffset(Math.min(FARTHEST_PX, Math.max(0, along)));
      },
      onTouchEnd: () => {
        if (offset >= DONE_PX) onSwipe?.();
        end();
      },
      onTouchCancel: end,
    },
  };
}
