import { Check, ChevronDown, CornerUpLeft, Image, MapPin, Mic, Smile, X, type LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { t } from '@/shared/i18n';
import { formatDuration } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { Switch } from '@/shared/ui/Switch';
import { photoMessage } from './AttachMenu';
import { setOnline, setReceipts, type Customer, type NewMessage, type PhoneMessage } from './protocol';
import { ReactionMenu } from './ReactionMenu';
import { SAMPLE_PLACE, sampleVoice, voiceFromRecording } from './samples';
import { useRecorder } from '@/shared/audio/useRecorder';

export interface ActionsProps {
  readonly channelId: string;
  readonly customer: Customer;
  /** The message that Quote and React mean. */
  readonly target: PhoneMessage | undefined;
  readonly onQuote: (message: PhoneMessage) => void;
  readonly onSend: (message: NewMessage | Promise<NewMessage>) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Below the phone: what is worth trying, one press each, and how the phone behaves. */
export function Actions({ channelId, customer, target, onQuote, onSend, onFailure }: ActionsProps) {
  const recorder = useRecorder();

  async function record(): Promise<void> {
    if (!(await recorder.start())) onSend(voiceMessage(null));
  }

  async function finish(): Promise<void> {
    const recording = await recorder.stop();
    if (recording !== null) onSend(voiceMessage(recording));
  }

  if (recorder.seconds !== null) {
    return (
      <div role="status" data-recording className="flex h-16 shrink-0 items-center justify-center gap-3">
        <span className="size-2 rounded-full bg-danger" />
        <span className="tabular text-14">{t('practice.recording', { time: formatDuration(recorder.seconds) })}</span>
        <Button size="small" icon={X} look="plain" onClick={recorder.cancel}>
          {t('common.cancel')}
        </Button>
        <Button size="small" icon={Check} onClick={() => void finish()}>
          {t('practice.send')}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex shrink-0 flex-col gap-2">
      <div className="flex justify-around">
        <Action icon={Image} label={t('practice.photo')} onClick={() => onSend(photoMessage())} />
        <Action icon={Mic} label={t('practice.voice')} onClick={() => void record()} />
        <Action
          icon={MapPin}
          label={t('practice.place')}
          onClick={() => onSend({ kind: 'location', location: SAMPLE_PLACE })}
        />
        <Action
          icon={CornerUpLeft}
          label={t('practice.quote')}
          disabled={target === undefined}
          onClick={() => target && onQuote(target)}
        />
        <ReactionMenu
          trigger={<Action icon={Smile} label={t('practice.react')} disabled={target === undefined} />}
          onChoose={(emoji) => target && onSend({ kind: 'reaction', message_id: target.id, emoji })}
        />
      </div>
      <details className="text-13">
        <summary className="flex min-h-6 items-center justify-center rounded-sm text-muted hover:text-ink">
          {t('practice.behaviour')}
          <ChevronDown aria-hidden size={14} strokeWidth={1.75} className="ms-1" />
        </summary>
        <div className="pt-1">
          <Switch
            label={t('practice.online')}
            checked={customer.online !== false}
            onCheckedChange={(online) => void setOnline(channelId, customer.id, online).catch(onFailure)}
          />
          <Switch
            label={t('practice.receipts')}
            checked={customer.receipts !== false}
            onCheckedChange={(receipts) => void setReceipts(channelId, customer.id, receipts).catch(onFailure)}
          />
        </div>
      </details>
      <p className="text-center text-12 text-muted">{t('practice.stays_here')}</p>
    </div>
  );
}

async function voiceMessage(recording: Blob | null): Promise<NewMessage> {
  return { kind: 'voice', media: await (recording === null ? sampleVoice() : voiceFromRecording(recording)) };
}

interface ActionProps extends ComponentProps<'button'> {
  readonly icon: LucideIcon;
  readonly label: string;
}

function Action({ icon: Icon, label, ...button }: ActionProps) {
  return (
    <button
      {...button}
      type="button"
      className="flex min-w-14 flex-col items-center gap-1 rounded-md px-1 py-1.5 text-12 font-medium hover:bg-hover disabled:text-muted disabled:opacity-60 pointer-coarse:min-h-11"
    >
      <Icon aria-hidden size={16} strokeWidth={1.75} className="text-muted" />
      {label}
    </button>
  );
}
