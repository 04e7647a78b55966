import { useSyncExternalStore } from 'react';

/** The two places where the layout changes (frontend design: three columns, then pages). */
export const WIDE = '(min-width: 1280px)';
export const PHONE = '(max-width: 767.98px)';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}
