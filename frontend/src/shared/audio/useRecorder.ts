import { useCallback, useEffect, useRef, useState } from 'react';

export interface Recorder {
  /** Seconds so far; null while nothing is recorded. */
  readonly seconds: number | null;
  /** False if there is no microphone or it is not allowed: a sample takes its place. */
  readonly start: () => Promise<boolean>;
  readonly stop: () => Promise<Blob | null>;
  readonly cancel: () => void;
}

/** The microphone, from the press to the recording. */
export function useRecorder(): Recorder {
  const recorder = useRef<MediaRecorder | null>(null);
  const [seconds, setSeconds] = useState<number | null>(null);
  const isRecording = seconds !== null;

  useEffect(() => {
    if (!isRecording) return;
    const timer = setInterval(() => setSeconds((past) => (past === null ? null : past + 1)), 1000);
    return () => clearInterval(timer);
  }, [isRecording]);

  const release = useCallback(() => {
    for (const track of recorder.current?.stream.getTracks() ?? []) track.stop();
    recorder.current = null;
    setSeconds(null);
  }, []);

  useEffect(() => release, [release]);

  async function start(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      recorder.current = new MediaRecorder(stream);
      recorder.current.start();
      setSeconds(0);
      return true;
    } catch {
      return false;
    }
  }

  function stop(): Promise<Blob | null> {
    const active = recorder.current;
    if (active === null) return Promise.resolve(null);
    return new Promise((resolve) => {
      const parts: Blob[] = [];
      active.ondataavailable = ({ data }) => parts.push(data);
      active.onstop = () => {
        release();
        resolve(new Blob(parts, { type: active.mimeType }));
      };
      active.stop();
    });
  }

  return { seconds, start, stop, cancel: release };
}
