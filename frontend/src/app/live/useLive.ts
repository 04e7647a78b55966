/** Follows how everything stands, by a socket of its own; where no socket gets through, it asks every few seconds. */
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { Live, LiveServerFrame } from '@/shared/api/types';
import { backOff } from '@/shared/feed/backoff';

const NOT_ALLOWED = 4403;
/** A frame comes every five seconds at least. */
const SILENT_MS = 15_000;
const PING_MS = 25_000;
/** Reading takes a tenth of the time at most, however large the house. */
const LONGEST_PAUSE_MS = 5_000;

export interface Watched {
  readonly live: Live | null;
  /** What to add to this device's clock for the server's: a screen on a wall may be minutes wrong. */
  readonly skewMs: number;
  readonly isRefused: boolean;
}

export function useLive(): Watched {
  const [watched, setWatched] = useState<Watched>({ live: null, skewMs: 0, isRefused: false });
  useEffect(() => {
    const stopped = new AbortController();
    const take = (live: Live) =>
      setWatched((before) => {
        const lag = Date.parse(live.at) - Date.now();
        // The frame that took least time tells the clocks best; a first one may have lain for a second.
        const skewMs = before.live === null ? lag : Math.max(lag, before.skewMs - DRIFT_MS);
        return { live, skewMs, isRefused: false };
      });
    const refuse = () => setWatched((before) => ({ ...before, live: null, isRefused: true }));
    void follow(take, refuse, stopped.signal);
    return () => stopped.abort();
  }, []);
  return watched;
}

/** A clock that is set meanwhile is followed by and by. */
const DRIFT_MS = 20;

async function follow(take: (live: Live) => void, refuse: () => void, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const end = await oneConnection(take, signal);
    if (end === 'refused') return refuse();
    failures = end === 'lost' ? 1 : failures + 1;
    if (signal.aborted) return;
    await pause(Math.min(LONGEST_PAUSE_MS, backOff(failures)), signal);
    if (failures > 1 && !signal.aborted)
      await request<Live>('GET', '/api/live', { signal }).then(take, () => undefined);
  }
}

/** `lost`: it had told something before it ended. */
function oneConnection(take: (live: Live) => void, signal: AbortSignal): Promise<'refused' | 'lost' | 'failed'> {
  return new Promise((resolve) => {
    const url = new URL('/api/live/feed', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    let hasTold = false;
    let patience = setTimeout(() => finish(), SILENT_MS);
    const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('{"kind":"ping"}'), PING_MS);
    const finish = (code?: number) => {
      clearTimeout(patience);
      clearInterval(ping);
      signal.removeEventListener('abort', stop);
      socket.onclose = socket.onmessage = null;
      socket.close();
      resolve(code === NOT_ALLOWED ? 'refused' : hasTold ? 'lost' : 'failed');
    };
    const stop = () => finish();
    signal.addEventListener('abort', stop);
    socket.onclose = ({ code }) => finish(code);
    socket.onmessage = ({ data }) => {
      clearTimeout(patience);
      patience = setTimeout(() => finish(), SILENT_MS);
      const frame = JSON.parse(String(data)) as LiveServerFrame;
      if (frame.kind !== 'live') return;
      hasTold = true;
      take(frame.live);
    };
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
