/** The page's clocks: one timer a minute for labels, one a second only while somebody's seconds are shown. */
import { useSyncExternalStore } from 'react';

interface Ticker {
  subscribe: (listener: () => void) => () => void;
  get: () => number;
}

function makeTicker(intervalMs: number): Ticker {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        now = Date.now();
        timer = setInterval(tick, intervalMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
    get: () => now,
  };
}

const minutes = makeTicker(60_000);
const seconds = makeTicker(1_000);

/** Now, to the minute. */
export function useMinute(): number {
  return useSyncExternalStore(minutes.subscribe, minutes.get);
}

/** Now, to the second. */
export function useSecond(): number {
  return useSyncExternalStore(seconds.subscribe, seconds.get);
}
