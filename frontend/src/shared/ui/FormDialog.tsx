import { useId, type ReactNode } from 'react';
import { t } from '../i18n';
import type { Submit } from '../useSubmit';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { InlineError } from './InlineError';

export interface FormDialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** What the button at the end does, if it does not save. */
  readonly action?: string;
  readonly isDisabled?: boolean;
  /** Of many fields. */
  readonly isWide?: boolean;
  /** Stands at the other end of the buttons. */
  readonly aside?: ReactNode;
  readonly submit: Submit;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A small form over the page: its fields, what the server said of the whole, Cancel and the button that acts. */
export function FormDialog({
  title,
  description,
  action = t('common.save'),
  isDisabled = false,
  isWide = false,
  aside,
  submit,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const form = useId();
  return (
    <Dialog
      open
      isWide={isWide}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={title}
      description={description}
      footer={
        <>
          {aside}
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" type="submit" form={form} disabled={isDisabled} isBusy={submit.isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={isWide ? 'flex flex-col gap-5' : 'flex flex-col gap-4'}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}
