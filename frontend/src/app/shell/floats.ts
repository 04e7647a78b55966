/** The one thing that floats over the desk: palette or help. */
import { useSyncExternalStore } from 'react';

export type Float = 'palette' | 'help' | null;

let float: Float = null;
const listeners = new Set<() => void>();

export function openFloat(next: Float): void {
  float = next;
  for (const listener of listeners) listener();
}

export function closeFloat(): void {
  openFloat(null);
}

export function useFloat(): Float {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => float,
  );
}
