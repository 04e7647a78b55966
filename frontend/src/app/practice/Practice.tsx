import { X } from 'lucide-react';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';
import { PracticePhone } from './PracticePhone';

export interface PracticeProps {
  channelId: string;
  onClose: () => void;
}

/** "Try it": the customer's phone in the place of the context panel. */
export default function Practice({ channelId, onClose }: PracticeProps) {
  return (
    <aside aria-label={t('practice.title')} className="flex h-full min-h-0 w-full flex-col bg-canvas text-ink">
      <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line ps-4 pe-2">
        <h2 className="text-14 font-semibold">{t('practice.title')}</h2>
        <p className="min-w-0 flex-1 truncate text-13 text-muted">{t('practice.subtitle')}</p>
        <IconButton icon={X} label={t('common.close')} onClick={onClose} />
      </header>
      <div className="mx-auto flex min-h-0 w-full max-w-86 flex-1 flex-col">
        <PracticePhone channelId={channelId} />
      </div>
    </aside>
  );
}
