/** The one thing that floats over the desk: palette or help. */
import { useSyncExternalStore } from 'react';

export type Float = 'palette' | 'help' | null;

let float: Float = null;
let returnTo: HTMLElement | null = null;
const listeners = new Set<() => void>();

export function openFloat(next: Float): void {
  if (float === null && document.activeElement instanceof HTMLElement) returnTo = document.activeElement;
  show(next);
}

/** The focus goes back to where the hands were; then `then` may take it. */
export function closeFloat(then?: () => void): void {
  show(null);
  setTimeout(() => {
    returnTo?.focus({ preventScroll: true });
    returnTo = null;
    then?.();
  });
}

function show(next: Float): void {
  float = next;
  for (const listener of listeners) listener();
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
