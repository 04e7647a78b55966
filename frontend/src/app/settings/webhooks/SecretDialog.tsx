import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { CopyField } from '@/shared/ui/CopyField';
import { Dialog } from '@/shared/ui/Dialog';

export interface SecretDialogProps {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** The only time that it is shown: closing is meant. */
export function SecretDialog({ title, secret, onClose }: SecretDialogProps) {
  return (
    <Dialog
      open
      isSticky
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={title}
      description={t('webhooks.secret_text')}
      footer={
        <Button look="filled" onClick={onClose}>
          {t('common.done')}
        </Button>
      }
    >
      <CopyField label={t('webhooks.secret')} value={secret} />
    </Dialog>
  );
}
