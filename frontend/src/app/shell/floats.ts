/** The one thing that floats over the desk: palette, help or notifications. */
import { useSyncExternalStore } from 'react';
import { catchKeys } from '@/shared/keys/keyboard';

export type Float = 'palette' | 'help' | 'notifications' | 'start' | null;

let float: Float = null;
let returnTo: HTMLElement | null = null;
let typed = '';
const listeners = new Set<() => void>();

export function openFloat(next: Float): void {
  if (float === null && document.activeElement instanceof HTMLElement) returnTo = document.activeElement;
  typed = '';
  catchKeys(collect);
  show(next);
}

/** Its code is loaded when it is first wanted: quick hands type before it stands. */
function collect(event: KeyboardEvent): void {
  if (event.key === 'Escape') return closeFloat();
  if (event.key.length !== 1) return;
  event.preventDefault();
  typed += event.key;
  tell();
}

/** The focus goes back to where the hands were; then `then` may take it. */
export function closeFloat(then?: () => void): void {
  catchKeys(null);
  show(null);
  setTimeout(() => {
    returnTo?.focus({ preventScroll: true });
    returnTo = null;
    then?.();
  });
}

function show(next: Float): void {
  float = next;
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFloat(): Float {
  return useSyncExternalStore(subscribe, () => float);
}

/** What was typed between the key that opened it and the field that takes it. */
export function useTypedAhead(): string {
  return useSyncExternalStore(subscribe, () => typed);
}
