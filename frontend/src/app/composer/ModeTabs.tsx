import { LayoutGrid, Lock } from 'lucide-react';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import type { ComposerMode } from './focus';

export interface ModeTabsProps {
  readonly mode: ComposerMode;
  /** The window is closed: only templates reach the customer. */
  readonly isClosed: boolean;
  readonly hasTemplates: boolean;
  readonly onMode: (mode: ComposerMode) => void;
  /** On a phone only the note is switched on and off. */
  readonly isCompact?: boolean;
}

const TAB = 'flex h-7 items-center gap-1.5 rounded-sm px-2.5 text-13 pointer-coarse:min-h-11';

/** What one writes: to the customer, or for colleagues only. */
export function ModeTabs({ mode, isClosed, hasTemplates, onMode, isCompact = false }: ModeTabsProps) {
  const tab = (of: ComposerMode) => ({
    type: 'button' as const,
    'aria-pressed': mode === of,
    onClick: () => onMode(of),
    className: cx(TAB, mode === of ? 'bg-accent-soft font-medium' : 'text-muted hover:text-ink'),
  });
  if (isCompact) {
    return (
      <button
        {...tab('note')}
        onClick={() => onMode(mode === 'note' ? 'reply' : 'note')}
        className={cx(TAB, mode === 'note' ? 'bg-warn-tint font-medium' : 'text-muted')}
      >
        <Lock aria-hidden size={16} strokeWidth={1.75} />
        {t('composer.note')}
      </button>
    );
  }
  return (
    <div role="group" aria-label={t('composer.modes')} className="flex">
      {!isClosed && <button {...tab('reply')}>{t('composer.reply')}</button>}
      {(isClosed || mode === 'template') && hasTemplates && (
        <button {...tab('template')}>
          <LayoutGrid aria-hidden size={14} strokeWidth={1.75} />
          {t('composer.template')}
        </button>
      )}
      <button
        {...tab('note')}
        className={cx(TAB, mode === 'note' ? 'bg-warn-tint font-medium' : 'text-muted hover:text-ink')}
      >
        <Lock aria-hidden size={14} strokeWidth={1.75} />
        {t('composer.note')}
      </button>
    </div>
  );
}
