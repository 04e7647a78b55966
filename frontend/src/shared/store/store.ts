/** The store instance: gathers what the feed brings within one frame, and lets components subscribe to what they show. */
import { useSyncExternalStore } from 'react';
import { reduce, type Action } from './reduce';
import { EMPTY, type State } from './state';

const GATHER_MS = 50;

let state: State = EMPTY;
let waiting: Action[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let frame = 0;
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

/** Apply now: answers and the person's own doings. What was gathered before goes first. */
export function dispatch(...actions: Action[]): void {
  flush(actions);
}

/** Apply with whatever else arrives in this animation frame, at most 50 ms later (hidden pages have no frames). */
export function gather(action: Action): void {
  waiting.push(action);
  if (waiting.length > 1) return;
  frame = requestAnimationFrame(() => flush([]));
  timer = setTimeout(() => flush([]), GATHER_MS);
}

function flush(actions: Action[]): void {
  cancelAnimationFrame(frame);
  clearTimeout(timer);
  const all = [...waiting, ...actions];
  waiting = [];
  const next = all.reduce(reduce, state);
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One row, list or figure of the state. The selector must return the same object while nothing of it changed. */
export function useStore<T>(selector: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => selector(state));
}
