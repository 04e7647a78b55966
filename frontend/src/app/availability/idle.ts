/** Whether somebody sits here: keys and pointer are counted over all tabs of this browser; before it says no, it asks. */

/** How long the question stands. */
export const ASKS_FOR_MS = 60_000;
const TELL_EVERY_MS = 5_000;
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'] as const;

export type Idle =
  | { readonly phase: 'here' }
  | { readonly phase: 'asking'; readonly since: number }
  /** Nobody answered. */
  | { readonly phase: 'away' };

export const HERE: Idle = { phase: 'here' };

/** A computer that slept is asked when it wakes, however long it slept. `afterMs` of nought: never. */
export function nextIdle(before: Idle, now: number, touchedAt: number, afterMs: number): Idle {
  if (afterMs === 0 || now - touchedAt < afterMs) return before.phase === 'here' ? before : HERE;
  if (before.phase === 'here') return { phase: 'asking', since: now };
  if (before.phase === 'asking' && now - before.since >= ASKS_FOR_MS) return { phase: 'away' };
  return before;
}

export interface Touches {
  readonly lastAt: () => number;
  /** Something showed that they are there: a key here, an act on another device. */
  readonly note: () => void;
  readonly stop: () => void;
}

/** `onTouch` is called when somebody touches any tab, at most every few seconds. */
export function watchTouches(name: string, onTouch: () => void): Touches {
  const channel = new BroadcastChannel(`threadline-touches ${name}`);
  const stopped = new AbortController();
  let lastAt = Date.now();
  let toldAt = lastAt;
  const hear = (at: number) => {
    lastAt = Math.max(lastAt, at);
    onTouch();
  };
  const note = () => {
    const now = Date.now();
    lastAt = now;
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    channel.postMessage(now);
    onTouch();
  };
  channel.onmessage = ({ data }: MessageEvent<number>) => hear(data);
  for (const touch of TOUCHES) addEventListener(touch, note, { capture: true, passive: true, signal: stopped.signal });
  return {
    lastAt: () => lastAt,
    note,
    stop: () => {
      stopped.abort();
      channel.close();
    },
  };
}
