import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { encodeOggOpus } from '@/shared/audio/ogg';
import { useRecorder } from '@/shared/audio/useRecorder';
import { t } from '@/shared/i18n';
import { formatDuration } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { showToast } from '@/shared/ui/Toast';

export interface VoiceBarProps {
  readonly onSend: (file: File) => void;
  readonly onClose: () => void;
}

/** A voice note, recorded here and sent as messengers have it: Opus in Ogg, one channel. */
export default function VoiceBar({ onSend, onClose }: VoiceBarProps) {
  const recorder = useRecorder();
  const [isBusy, setBusy] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void recorder.start().then((isOn) => {
      if (isOn) return bar.current?.focus();
      showToast(t('voice.no_microphone'), { isError: true });
      onClose();
    });
    // Once, when the bar comes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const finish = async () => {
    setBusy(true);
    try {
      const recording = await recorder.stop();
      if (recording) onSend(await asVoiceNote(recording));
    } catch {
      showToast(t('voice.failed'), { isError: true });
    }
    onClose();
  };
  const drop = () => {
    recorder.cancel();
    onClose();
  };
  return (
    <div
      ref={bar}
      tabIndex={-1}
      role="group"
      aria-label={t('voice.label')}
      // Tones keep quiet meanwhile.
      data-recording="true"
      onKeyDown={(event) => {
        if (event.key === 'Escape') drop();
        else if (event.key === 'Enter' && event.target === event.currentTarget) void finish();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      className="flex items-center gap-3 p-1.5 outline-none"
    >
      <IconButton icon={Trash2} label={t('voice.drop')} keyName="Escape" onClick={drop} />
      <span aria-hidden className="size-2.5 shrink-0 rounded-full bg-danger motion-safe:animate-pulse" />
      <span role="timer" className="tabular min-w-0 flex-1 text-14">
        {t('voice.recording', { time: formatDuration(recorder.seconds ?? 0) })}
      </span>
      <Button look="filled" icon={SendHorizontal} keyName="Enter" isBusy={isBusy} onClick={() => void finish()}>
        {t('composer.send')}
      </Button>
    </div>
  );
}

async function asVoiceNote(recording: Blob): Promise<File> {
  const context = new OfflineAudioContext(1, 1, 48_000);
  const sound = await context.decodeAudioData(await recording.arrayBuffer());
  const bytes = await encodeOggOpus(mono(sound));
  return new File([bytes], 'voice.ogg', { type: 'audio/ogg' });
}

function mono(sound: AudioBuffer): Float32Array<ArrayBuffer> {
  const mixed = new Float32Array(sound.getChannelData(0));
  for (let channel = 1; channel < sound.numberOfChannels; channel += 1) {
    const other = sound.getChannelData(channel);
    for (let at = 0; at < mixed.length; at += 1)
      mixed[at] = ((mixed[at] ?? 0) * channel + (other[at] ?? 0)) / (channel + 1);
  }
  return mixed;
}
