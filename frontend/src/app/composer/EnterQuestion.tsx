import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';

/** Below the first answer that Enter sent. It blocks nothing. */
export function EnterQuestion({ onChoose }: { readonly onChoose: (doesSend: boolean) => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 pb-2 text-12 text-muted">
      <span className="min-w-0 flex-1">{t('enter.question')}</span>
      <Button size="small" look="link" onClick={() => onChoose(true)}>
        {t('enter.sends')}
      </Button>
      <Button size="small" look="link" onClick={() => onChoose(false)}>
        {t('enter.breaks')}
      </Button>
    </div>
  );
}
