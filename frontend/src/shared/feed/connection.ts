/** How the page is connected, for the thin bar and for those who wait for it. */
import { useSyncExternalStore } from 'react';

export type Connection = 'connecting' | 'live' | 'polling' | 'broken';

const SHOWN_AFTER_MS = 2_000;

let connection: Connection = 'connecting';
let isLongBroken = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function getConnection(): Connection {
  return connection;
}

export function setConnection(next: Connection): void {
  if (next === connection) return;
  connection = next;
  const isWell = next === 'live' || next === 'polling';
  if (isWell) {
    clearTimeout(timer);
    timer = undefined;
    isLongBroken = false;
  } else {
    timer ??= setTimeout(() => {
      isLongBroken = true;
      emit();
    }, SHOWN_AFTER_MS);
  }
  emit();
}

/** True once nothing has come for two seconds: shorter breaks are nobody's business. */
export function useIsReconnecting(): boolean {
  return useSyncExternalStore(subscribe, () => isLongBroken);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function emit(): void {
  for (const listener of listeners) listener();
}
