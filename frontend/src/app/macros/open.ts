/** Which macro somebody asked for, and what quick hands typed before the list stood. */
import type { Id } from '@/shared/api/types';
import { catchKeys } from '@/shared/keys/keyboard';

let listener: ((macroId: Id | null) => void) | null = null;
let caught = '';

/** Null: all of them. */
export function openMacros(macroId: Id | null): void {
  listener?.(macroId);
}

/** The open conversation listens, and shows it. */
export function onOpenMacros(next: (macroId: Id | null) => void): () => void {
  listener = next;
  return () => {
    if (listener === next) listener = null;
  };
}

/** Until the list has the keys they are neither commands nor lost: letters search, Enter (as a line's end) runs. */
export function catchTyped(load: Promise<unknown>): void {
  caught = '';
  catchKeys((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length === 1) caught += event.key;
    else if (event.key === 'Enter') caught += '\n';
    else return;
    event.preventDefault();
  });
  load.catch(() => catchKeys(null));
}

export function takeTyped(): string {
  catchKeys(null);
  const typed = caught;
  caught = '';
  return typed;
}
