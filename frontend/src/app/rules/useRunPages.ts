import { useEffect, useRef, useState } from 'react';
import type { RuleRun, RuleRunPage } from './types';

export interface RunPages {
  /** Absent: the first ones are on their way. */
  readonly runs: readonly RuleRun[] | undefined;
  readonly hasFailed: boolean;
  /** Fetches those before them; absent: there are none. */
  readonly more: (() => void) | undefined;
}

/** Pages of a log, the newest first. `load` gets the end of the address. */
export function useRunPages(load: (after: string) => Promise<RuleRunPage>): RunPages {
  const [runs, setRuns] = useState<readonly RuleRun[]>();
  const [next, setNext] = useState<string | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const loader = useRef(load);
  const isThere = useRef(true);

  function fetchPage(after: string, before: readonly RuleRun[]): void {
    loader.current(after).then(
      (page) => {
        if (!isThere.current) return;
        setRuns([...before, ...page.items]);
        setNext(page.next);
      },
      () => isThere.current && setFailed(true),
    );
  }

  useEffect(() => {
    isThere.current = true;
    fetchPage('', []);
    return () => {
      isThere.current = false;
    };
  }, []);
  const more = next === null ? undefined : () => fetchPage(`?after=${encodeURIComponent(next)}`, runs ?? []);
  return { runs, hasFailed, more };
}
