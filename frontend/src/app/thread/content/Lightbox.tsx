import { Dialog } from '@base-ui/react/dialog';
import { Download, X } from 'lucide-react';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';

export interface LightboxProps {
  readonly onClose: () => void;
  readonly src: string;
  readonly alt: string;
  readonly name: string;
}

/** A picture over the whole page. */
export default function Lightbox({ onClose, src, alt, name }: LightboxProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-surface" />
        <Dialog.Popup className="fixed inset-0 z-40 flex flex-col bg-surface text-ink outline-none">
          <header className="flex h-[52px] shrink-0 items-center justify-between gap-2 border-b border-line ps-4 pe-2">
            <Dialog.Title dir="auto" className="truncate text-14 font-medium">
              {alt}
            </Dialog.Title>
            <span className="flex items-center">
              <a
                href={`${src}?download=1`}
                download={name}
                aria-label={t('file.download')}
                className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
              >
                <Download aria-hidden size={16} strokeWidth={1.75} />
              </a>
              <IconButton icon={X} label={t('common.close')} keyName="Escape" onClick={onClose} />
            </span>
          </header>
          <div className="grid min-h-0 flex-1 place-items-center p-4">
            <img src={src} alt={alt} className="max-h-full min-h-0 max-w-full object-contain" />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
