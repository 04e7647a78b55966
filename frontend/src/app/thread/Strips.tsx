import { useCallback, type ReactNode } from 'react';

export interface StripsProps {
  readonly children: ReactNode;
  /** How high they are together, in px, after each change. */
  readonly onHeight: (height: number) => void;
}

/**
 * What stands over the messages, one below the other. Each has its place by a transform, and what is below slides when one comes
 * or goes: the page lays nothing out anew while somebody reads or points.
 */
export function Strips({ children, onHeight }: StripsProps) {
  const ref = useCallback(
    (element: HTMLElement | null) => {
      if (!element) return undefined;
      const place = () => {
        let top = 0;
        for (const strip of stripsOf(element)) {
          strip.style.transform = top === 0 ? '' : `translateY(${top}px)`;
          top += strip.offsetHeight;
        }
        onHeight(top);
      };
      const sizes = new ResizeObserver(place);
      const comings = new MutationObserver(() => {
        place();
        sizes.disconnect();
        for (const strip of stripsOf(element)) sizes.observe(strip);
      });
      comings.observe(element, { childList: true });
      for (const strip of stripsOf(element)) sizes.observe(strip);
      place();
      return () => {
        comings.disconnect();
        sizes.disconnect();
      };
    },
    [onHeight],
  );
  return (
    <div
      ref={ref}
      className="absolute inset-x-0 top-0 z-10 *:absolute *:inset-x-0 *:top-0 *:transition-transform *:duration-150 motion-reduce:*:transition-none"
    >
      {children}
    </div>
  );
}

function stripsOf(element: HTMLElement): HTMLElement[] {
  return [...element.children].filter((child) => child instanceof HTMLElement);
}
