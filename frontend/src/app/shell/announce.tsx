/** Says things to assistive technology, politely and at most once in two seconds: the last thing wins. */
import { useSyncExternalStore } from 'react';

const QUIET_MS = 2_000;

let said = '';
let waiting = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function announce(text: string): void {
  waiting = text;
  if (timer === undefined) speak();
}

function speak(): void {
  if (waiting === '') {
    timer = undefined;
    return;
  }
  said = waiting;
  waiting = '';
  timer = setTimeout(speak, QUIET_MS);
  for (const listener of listeners) listener();
}

/** Once at the root. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      {text}
    </div>
  );
}
