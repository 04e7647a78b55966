/** The live screen as a picture on a wall: the whole screen, larger the larger it is, awake, without a pointer. */
import { useEffect, useState } from 'react';

const POINTER_MS = 3_000;
/** For which width the screen is drawn; on a larger one everything is larger. */
const DRAWN_FOR_PX = 1440;

export interface Wall {
  readonly isOn: boolean;
  readonly zoom: number;
  readonly hidesPointer: boolean;
  readonly enter: () => void;
  readonly leave: () => void;
}

/** Opened by `/live?wall`, it is there without a press: for a screen that starts by itself. */
export function useWall(): Wall {
  const [isOn, setOn] = useState(() => new URLSearchParams(location.search).has('wall'));
  const zoom = useZoom(isOn);
  const hidesPointer = useStillPointer(isOn);
  useAwake(isOn);
  useEffect(() => {
    // Escape leaves the whole screen by the browser's own hand.
    const look = () => document.fullscreenElement === null && setOn(false);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  const enter = () => {
    setOn(true);
    // A browser that does not allow it shows the wall within its window.
    void document.documentElement.requestFullscreen?.().catch(() => undefined);
  };
  const leave = () => {
    setOn(false);
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
  };
  return { isOn, zoom, hidesPointer, enter, leave };
}

function useZoom(isOn: boolean): number {
  const [width, setWidth] = useState(() => innerWidth);
  useEffect(() => {
    const look = () => setWidth(innerWidth);
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  return isOn ? Math.max(1, width / DRAWN_FOR_PX) : 1;
}

function useStillPointer(isOn: boolean): boolean {
  const [isStill, setStill] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    let timer: ReturnType<typeof setTimeout>;
    const move = () => {
      setStill(false);
      clearTimeout(timer);
      timer = setTimeout(() => setStill(true), POINTER_MS);
    };
    move();
    addEventListener('pointermove', move);
    return () => {
      clearTimeout(timer);
      removeEventListener('pointermove', move);
    };
  }, [isOn]);
  return isOn && isStill;
}

/** The browser lets go whenever the page is hidden: asked anew when it is seen again. */
function useAwake(isOn: boolean): void {
  useEffect(() => {
    if (!isOn || !('wakeLock' in navigator)) return;
    let held: WakeLockSentinel | null = null;
    let isOver = false;
    const hold = () => {
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then(
        (lock) => {
          held = lock;
          if (isOver) void lock.release();
        },
        () => undefined, // a battery that is low, or a browser that does not want to
      );
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', hold);
      void held?.release();
    };
  }, [isOn]);
}
