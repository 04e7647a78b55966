import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { t } from '../i18n';
import { Button } from './Button';
import { cx } from './cx';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, the one that acts last. */
  readonly footer?: ReactNode;
  readonly initialFocus?: RefObject<HTMLElement | null>;
  /** Close only by a button: something is shown that cannot be shown again. */
  readonly isSticky?: boolean;
  /** For forms whose lines have several fields. */
  readonly isWide?: boolean;
}

/** A question or a small form over the page. Escape closes it; focus returns to what opened it. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  initialFocus,
  isSticky = false,
  isWide = false,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} disablePointerDismissal={isSticky}>
      <Base.Portal>
        {/* Also over a dialog from which this one was opened, which else would look as if it could be used. */}
        <Base.Backdrop
          forceRender
          className="fixed inset-0 z-40 bg-scrim transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0"
        />
        <Base.Popup
          initialFocus={initialFocus}
          className={cx(
            'float-in fixed start-0 end-0 z-40 mx-auto flex flex-col rounded-xl border border-line bg-raised text-ink shadow-float outline-none',
            isWide
              ? 'top-[8dvh] max-h-[84dvh] w-[min(46rem,calc(100vw-1rem))]'
              : 'top-[12dvh] max-h-[80dvh] w-[min(28rem,calc(100vw-2rem))]',
          )}
        >
          <div className="flex items-center justify-between gap-3 ps-5 pe-3 pt-3.5">
            <Base.Title className="text-16 font-semibold">{title}</Base.Title>
            {!isSticky && (
              <Base.Close
                aria-label={t('common.close')}
                className="grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
              >
                <X aria-hidden size={16} strokeWidth={1.75} />
              </Base.Close>
            )}
          </div>
          <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 pt-2.5 pb-5">
            {description !== undefined && (
              <Base.Description className="text-14 text-muted">{description}</Base.Description>
            )}
            {children}
          </div>
          {footer !== undefined && (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description: ReactNode;
  /** The verb that happens. */
  readonly action: string;
  readonly isBusy?: boolean;
  readonly onConfirm: () => void;
}

/** For what cannot be undone; everything else happens at once with an undo. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  action,
  isBusy,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      footer={
        <>
          <Button look="plain" onClick={() => onOpenChange(false)}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" isBusy={isBusy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    />
  );
}
