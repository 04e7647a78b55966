import type { CSSProperties, ReactNode, Ref } from 'react';

export interface MovingItemProps {
  readonly style: CSSProperties;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLDivElement>;
}

/**
 * A row of a virtual list in which rows change places by themselves: it is put there by a transform, so that the page is
 * not laid out anew, and nothing that stands still is moved.
 */
export function MovingItem({ style: { top, ...style }, children, ref }: MovingItemProps) {
  return (
    <div ref={ref} style={{ ...style, top: 0, transform: `translateY(${Number(top ?? 0)}px)` }}>
      {children}
    </div>
  );
}
