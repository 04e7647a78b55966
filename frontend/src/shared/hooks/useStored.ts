import { useCallback, useState } from 'react';

/** `true` is one of two, `340` one of many. */
type Wide<T> = T extends boolean ? boolean : T extends number ? number : T;

/** A choice of this browser that outlives the page, where the browser allows it. */
export function useStored<T extends string | number | boolean>(
  key: string,
  initial: T,
): [Wide<T>, (value: Wide<T>) => void] {
  const [value, setValue] = useState<Wide<T>>(() => read(key, initial as Wide<T>));
  const store = useCallback(
    (next: Wide<T>) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Private mode: the choice lasts as long as the page.
      }
    },
    [key],
  );
  return [value, store];
}

function read<T>(key: string, initial: T): T {
  try {
    const stored = localStorage.getItem(key);
    const value: unknown = stored === null ? initial : JSON.parse(stored);
    return typeof value === typeof initial ? (value as T) : initial;
  } catch {
    return initial;
  }
}
