/** In the place of the composer while messages are being chosen: what can be done with them. */
import { ClipboardList, Copy, Forward, X } from 'lucide-react';
import { useEffect } from 'react';
import { useMay } from '@/shared/api/session';
import type { Conversation, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { copyText } from '@/shared/ui/CopyField';
import { IconButton } from '@/shared/ui/IconButton';
import { showToast } from '@/shared/ui/Toast';
import { cleanText } from './cleanText';

export interface SelectionBarProps {
  readonly conversation: Conversation;
  readonly chosen: readonly Message[];
  readonly onForward: () => void;
  readonly onTask: () => void;
  readonly onEnd: () => void;
}

export default function SelectionBar({ conversation, chosen, onForward, onTask, onEnd }: SelectionBarProps) {
  const agents = useStore((state) => state.agents);
  const copy = async () => {
    if (!(await copyText(cleanText(chosen, { contact: conversation.contact.name, agents })))) return;
    showToast(t('common.copied'));
    onEnd();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      onEnd();
    };
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, [onEnd]);
  const isEmpty = chosen.length === 0;
  const maySend = useMay('messages:send');
  const mayChange = useMay('conversations:change');
  return (
    <div
      role="toolbar"
      aria-label={t('thread.chosen', { count: chosen.length })}
      className="flex min-h-14 shrink-0 flex-wrap items-center gap-2 border-t border-line bg-raised px-4 py-2 max-md:px-2.5"
    >
      <IconButton icon={X} label={t('common.cancel')} keyName="Escape" onClick={onEnd} />
      <span role="status" className="me-auto text-14 font-medium">
        {t('thread.chosen', { count: chosen.length })}
      </span>
      {maySend && (
        <Button icon={Forward} disabled={isEmpty} onClick={onForward}>
          {t('thread.forward')}
        </Button>
      )}
      {mayChange && (
        <Button icon={ClipboardList} disabled={isEmpty} onClick={onTask}>
          {t('task.split')}
        </Button>
      )}
      <Button icon={Copy} look="filled" disabled={isEmpty} onClick={() => void copy()}>
        {t('message.copy')}
      </Button>
    </div>
  );
}
