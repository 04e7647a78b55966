import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { FileRecord } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDuration, formatNumber } from '@/shared/i18n/format';
import { cx } from '@/shared/ui/cx';
import { loadShape, type Shape } from './peaks';

const SPEEDS = [1, 1.5, 2] as const;
const FLAT: readonly number[] = Array.from({ length: 48 }, () => 0.15);
let speedIndex = 0;

/** A voice message or a sound: its shape, where it is, how fast. Only one plays at a time. */
export function Sound({ file, isVoice }: { readonly file: FileRecord; readonly isVoice: boolean }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [played, setPlayed] = useState<number | null>(null);
  const [speed, setSpeed] = useState(speedIndex);
  const [shape, setShape] = useState<Shape | null>(null);
  // The server reads it from the container of most sounds; of the others the sound itself tells, before it is played.
  const duration = played ?? file.duration_s ?? shape?.duration_s ?? 0;

  useEffect(() => {
    let isCurrent = true;
    void loadShape(file.url, file.size_bytes).then((found) => isCurrent && setShape(found));
    return () => {
      isCurrent = false;
    };
  }, [file.url, file.size_bytes]);

  const toggle = () => {
    const player = audio.current;
    if (!player) return;
    if (isPlaying) return player.pause();
    player.playbackRate = SPEEDS[speed] ?? 1;
    for (const other of document.querySelectorAll('audio')) if (other !== player) other.pause();
    void player.play();
  };
  const hurry = () => {
    const next = (speed + 1) % SPEEDS.length;
    speedIndex = next;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = SPEEDS[next] ?? 1;
  };
  const share = duration > 0 ? at / duration : 0;
  return (
    <div className="flex w-72 max-w-full items-center gap-3">
      <audio
        ref={audio}
        src={file.url}
        preload="metadata"
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => {
          if (Number.isFinite(event.currentTarget.duration)) setPlayed(event.currentTarget.duration);
        }}
      />
      <button
        type="button"
        onClick={toggle}
        aria-label={isPlaying ? t('sound.pause') : isVoice ? t('sound.play_voice') : t('sound.play')}
        className="grid size-8 shrink-0 place-items-center rounded-full bg-accent text-on-accent pointer-coarse:size-11"
      >
        {isPlaying ? (
          <Pause aria-hidden size={14} fill="currentColor" strokeWidth={0} />
        ) : (
          <Play aria-hidden size={14} fill="currentColor" strokeWidth={0} className="ms-0.5" />
        )}
      </button>
      <div data-testid="waveform" dir="ltr" className="relative flex h-8 min-w-0 flex-1 items-center gap-px">
        {(shape?.peaks ?? FLAT).map((peak, index, all) => (
          <span
            key={index}
            style={{ height: `${Math.max(8, Math.round(peak * 80))}%` }}
            className={cx('min-w-px flex-1 rounded-full', index / all.length < share ? 'bg-accent' : 'bg-line-strong')}
          />
        ))}
        <input
          type="range"
          min={0}
          max={Math.max(duration, 0.1)}
          step={0.1}
          value={at}
          aria-label={t('sound.position')}
          aria-valuetext={formatDuration(at)}
          onChange={(event) => {
            const next = Number(event.target.value);
            setAt(next);
            if (audio.current) audio.current.currentTime = next;
          }}
          className="absolute inset-0 w-full cursor-pointer opacity-0 focus-visible:opacity-100"
        />
      </div>
      <span className="tabular shrink-0 text-12 text-muted">{formatDuration(isPlaying || at > 0 ? at : duration)}</span>
      <button
        type="button"
        onClick={hurry}
        className="tabular h-6 shrink-0 rounded-sm border border-line-strong px-1 text-11 font-medium"
      >
        <span className="sr-only">{t('sound.speed')}</span>
        {t('sound.times', { speed: formatNumber(SPEEDS[speed] ?? 1) })}
      </button>
    </div>
  );
}
