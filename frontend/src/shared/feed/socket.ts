/**
 * The live socket with everything that goes wrong with sockets: back-off, heartbeat, waking, and polling when a proxy
 * on the way lets no socket through.
 */
import { Problem, request } from '@/shared/api/http';
import type { Changes, PresenceFrame, ServerFrame } from '@/shared/api/types';
import { backOff } from './backoff';
import { setConnection } from './connection';

const HEARTBEAT_MS = 25_000;
const PATIENCE_MS = 10_000;
const POLL_MS = 3_000;
const POLL_AFTER_FAILURES = 3;
const NOT_SIGNED_IN = 4401;

export interface SocketHandlers {
  position: () => number;
  onChanges: (changes: Changes) => void;
  onPresence: (frame: PresenceFrame) => void;
  /** Connected anew: who was there before is told afresh. */
  onHello: () => void;
  onResync: () => Promise<void>;
  onSignedOut: () => void;
}

/** Keeps the feed running until the signal is aborted. */
export async function keepSocket(handlers: SocketHandlers, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let polling: AbortController | null = null;
  while (!signal.aborted) {
    const wasLive = await oneConnection(handlers, signal, () => {
      failures = 0;
      polling?.abort();
      polling = null;
    });
    if (signal.aborted) break;
    if (!wasLive || failures > 0) failures += 1;
    if (polling === null) setConnection('broken');
    if (failures >= POLL_AFTER_FAILURES && polling === null) {
      polling = new AbortController();
      void poll(handlers, AbortSignal.any([signal, polling.signal]));
    }
    await wakeableSleep(backOff(failures), signal);
    failures = Math.max(failures, 1);
  }
  polling?.abort();
}

/** One socket from opening to closing. Resolves with whether it ever said hello. */
function oneConnection(handlers: SocketHandlers, signal: AbortSignal, onLive: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const url = new URL('/api/feed', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    let isLive = false;
    let heartbeat: ReturnType<typeof setTimeout> | undefined;

    const beat = () => {
      clearTimeout(heartbeat);
      heartbeat = setTimeout(() => {
        send(socket, { kind: 'ping' });
        heartbeat = setTimeout(() => finish(), PATIENCE_MS);
      }, HEARTBEAT_MS);
    };
    const finish = () => {
      clearTimeout(heartbeat);
      signal.removeEventListener('abort', finish);
      removeEventListener('online', check);
      document.removeEventListener('visibilitychange', check);
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
      resolve(isLive);
    };
    // After sleep a socket may look open and be dead: ask at once instead of at the next heartbeat.
    const check = () => {
      if (document.visibilityState !== 'visible' || socket.readyState !== WebSocket.OPEN) return;
      send(socket, { kind: 'ping' });
      clearTimeout(heartbeat);
      heartbeat = setTimeout(() => finish(), PATIENCE_MS);
    };

    signal.addEventListener('abort', finish);
    addEventListener('online', check);
    document.addEventListener('visibilitychange', check);
    heartbeat = setTimeout(() => finish(), PATIENCE_MS);
    socket.onopen = () => {
      send(socket, { kind: 'resume', position: handlers.position() });
      beat();
    };
    socket.onclose = (event) => {
      if (event.code === NOT_SIGNED_IN) handlers.onSignedOut();
      finish();
    };
    socket.onmessage = (event) => {
      beat();
      const frame = JSON.parse(String(event.data)) as ServerFrame;
      switch (frame.kind) {
        case 'hello':
          isLive = true;
          onLive();
          handlers.onHello();
          setConnection('live');
          break;
        case 'changes':
          handlers.onChanges(frame);
          break;
        case 'resync':
          void handlers.onResync().finally(finish);
          break;
        case 'signed_out':
          handlers.onSignedOut();
          break;
        case 'presence':
          handlers.onPresence(frame);
          break;
        case 'pong':
          break;
      }
    };
  });
}

/** Asks for events until the socket is back. */
async function poll(handlers: SocketHandlers, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await fetchChanges(handlers, signal);
      if (!signal.aborted) setConnection('polling');
    } catch (error) {
      if (!signal.aborted) setConnection('broken');
      if (error instanceof Problem && error.code === 'resync') await handlers.onResync();
    }
    await sleep(POLL_MS, signal);
  }
}

/** Everything after our position, page by page. */
export async function fetchChanges(handlers: SocketHandlers, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const changes = await request<Changes & { kind?: string }>('GET', '/api/events', {
      query: { after: handlers.position(), limit: 500 },
      signal,
    });
    if (changes.kind === 'resync') return handlers.onResync();
    if (changes.events.length === 0) return;
    handlers.onChanges(changes);
    if (changes.events.length < 500) return;
  }
}

function send(socket: WebSocket, message: { kind: 'ping' } | { kind: 'resume'; position: number }): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Sleeps, but not through the moment when the network or the reader comes back. */
async function wakeableSleep(ms: number, signal: AbortSignal): Promise<void> {
  const awake = new AbortController();
  const wake = () => {
    if (document.visibilityState === 'visible') awake.abort();
  };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  await sleep(ms, AbortSignal.any([signal, awake.signal]));
  removeEventListener('online', wake);
  document.removeEventListener('visibilitychange', wake);
}
