/**
 * The order that is shown. Nothing under the pointer jumps: while the pointer rests on the list, or the reader is not at its
 * top, the order stays as it was; what came meanwhile is counted, and shown at the reader's wish or when he lets go.
 */
import { useMemo, useRef, useState } from 'react';
import type { Id } from '@/shared/api/types';

export interface Settled {
  ids: readonly Id[];
  /** How many rows wait above. */
  fresh: number;
  /** Show everything as it is now. */
  adopt: () => void;
}

export function useSettledIds(live: readonly Id[], isHeld: boolean, key: string): Settled {
  const shown = useRef<{ key: string; ids: readonly Id[] }>({ key: '', ids: [] });
  const [round, setRound] = useState(0);
  const adopted = useRef(round);
  const result = useMemo(() => {
    const isOther = shown.current.key !== key || shown.current.ids.length === 0;
    if (!isHeld || isOther || adopted.current !== round) {
      adopted.current = round;
      return { ids: live, fresh: 0 };
    }
    return hold(shown.current.ids, live);
  }, [live, isHeld, key, round]);
  shown.current = { key, ids: result.ids };
  return { ...result, adopt: () => setRound((value) => value + 1) };
}

/** The old order, with what was loaded behind it; rows that are new above are only counted. */
export function hold(shown: readonly Id[], live: readonly Id[]): { ids: readonly Id[]; fresh: number } {
  const known = new Set(shown);
  const lastKnown = live.findLastIndex((id) => known.has(id));
  const behind = live.slice(lastKnown + 1);
  const fresh = live.slice(0, lastKnown + 1).filter((id) => !known.has(id)).length;
  return { ids: behind.length === 0 ? shown : [...shown, ...behind], fresh };
}
