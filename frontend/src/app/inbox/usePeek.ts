/** Which row one glances into: the one under the pointer, else the one below the open one. */
import { useCallback, useState, type RefObject } from 'react';
import type { Id } from '@/shared/api/types';

export interface Peeking {
  readonly id: Id | undefined;
  /** False if there is no row to look into. */
  readonly begin: () => boolean;
  readonly step: (by: number) => void;
  readonly end: () => void;
}

export function usePeek(shown: RefObject<readonly Id[]>, selected: Id | undefined): Peeking {
  const [id, setId] = useState<Id | undefined>(undefined);
  const step = useCallback(
    (by: number) =>
      setId((before) => {
        const place = before === undefined ? -1 : shown.current.indexOf(before);
        return place < 0 ? before : (shown.current[place + by] ?? before);
      }),
    [shown],
  );
  return {
    id,
    begin: () => {
      // In a thread the bar scrolls.
      if (document.activeElement?.closest('[role=log]')) return false;
      const ids = shown.current;
      const below = ids[selected === undefined ? 0 : ids.indexOf(selected) + 1];
      const next = pointedRow() ?? below ?? selected;
      if (next === undefined) return false;
      setId(next);
      return true;
    },
    step,
    end: useCallback(() => setId(undefined), []),
  };
}

/** Rows carry their id: `row-…`. */
function pointedRow(): Id | undefined {
  return document.querySelector<HTMLElement>('[role=option][id^="row-"]:hover')?.id.slice('row-'.length);
}
