/**
 * What the agent looks at, over all windows of this browser: whether any desk is in front, the thread in view there, and
 * whether something is recorded or played. Each window tells the others; one that has gone silent counts as closed.
 */

export interface Front {
  readonly isInFront: boolean;
  readonly inView: string | null;
  readonly isBusy: boolean;
}

interface Word extends Front {
  readonly window: string;
}

const TELL_EVERY_MS = 4_000;
const FORGOTTEN_AFTER_MS = 10_000;

export function watchFront(name: string): { read: () => Front; stop: () => void } {
  const channel = new BroadcastChannel(`threadline-front ${name}`);
  const window = crypto.randomUUID();
  const others = new Map<string, { word: Word; at: number }>();
  const stopped = new AbortController();
  const { signal } = stopped;

  const tell = () => channel.postMessage({ window, ...ownFront() } satisfies Word);
  channel.onmessage = ({ data }: MessageEvent<Word>) => others.set(data.window, { word: data, at: Date.now() });
  for (const event of ['focus', 'blur', 'popstate']) addEventListener(event, tell, { signal });
  for (const event of ['visibilitychange', 'play', 'pause', 'ended']) {
    document.addEventListener(event, tell, { capture: true, signal });
  }
  const timer = setInterval(tell, TELL_EVERY_MS);
  tell();

  return {
    read: () => {
      const own = ownFront();
      const alive = [...others.values()].filter(({ at }) => Date.now() - at < FORGOTTEN_AFTER_MS);
      const inFront = own.isInFront ? own : alive.find(({ word }) => word.isInFront)?.word;
      return {
        isInFront: inFront !== undefined,
        inView: inFront?.inView ?? null,
        isBusy: own.isBusy || alive.some(({ word }) => word.isBusy),
      };
    },
    stop: () => {
      stopped.abort();
      clearInterval(timer);
      channel.close();
    },
  };
}

function ownFront(): Front {
  const isInFront = document.visibilityState === 'visible' && document.hasFocus();
  return { isInFront, inView: conversationOf(location.pathname), isBusy: isSounding() || isRecording() };
}

function conversationOf(path: string): string | null {
  return /^\/inbox\/[^/]+\/([^/?]+)/.exec(path)?.[1] ?? null;
}

function isSounding(): boolean {
  return [...document.querySelectorAll<HTMLMediaElement>('audio, video')].some((one) => !one.paused && !one.ended);
}

/** Whatever records says so on the page while it does. */
function isRecording(): boolean {
  return document.querySelector('[data-recording]') !== null;
}
