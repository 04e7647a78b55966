import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { t } from '@/shared/i18n';
import { formatDuration } from '@/shared/i18n/format';

const A_DAY_S = 86_400;

/** Plays a voice note; the line shows how far it got. */
export function VoicePlayer({ src }: { readonly src: string }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [at_s, setAt] = useState(0);
  const [length_s, setLength] = useState(0);

  useEffect(() => {
    const element = audio.current;
    return () => element?.pause();
  }, []);

  function toggle(): void {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(() => setIsPlaying(false));
    else element.pause();
  }

  const Icon = isPlaying ? Pause : Play;
  return (
    <div className="relative z-1 flex w-52 max-w-full items-center gap-2.5">
      <audio
        ref={audio}
        src={src}
        preload="auto"
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        onLoadedMetadata={({ currentTarget }) => {
          // A recording without an index says its length only once somebody looked at its end.
          if (!Number.isFinite(currentTarget.duration)) currentTarget.currentTime = A_DAY_S;
        }}
        onDurationChange={({ currentTarget }) => {
          if (!Number.isFinite(currentTarget.duration)) return;
          setLength(currentTarget.duration);
          if (currentTarget.paused) currentTarget.currentTime = 0;
        }}
      />
      <button
        type="button"
        aria-label={isPlaying ? t('practice.pause') : t('practice.play')}
        onClick={toggle}
        className="grid size-8 shrink-0 place-items-center rounded-full bg-accent text-on-accent"
      >
        <Icon aria-hidden size={14} strokeWidth={0} fill="currentColor" />
      </button>
      <progress
        aria-label={t('practice.voice')}
        value={length_s === 0 ? 0 : at_s / length_s}
        className="h-1 min-w-0 flex-1 appearance-none overflow-hidden rounded-full bg-press [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-accent"
      />
      <span className="tabular min-w-8 text-12 text-muted">
        {(isPlaying || length_s > 0) && formatDuration(isPlaying ? at_s : length_s)}
      </span>
    </div>
  );
}
