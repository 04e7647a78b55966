import { Download, X } from 'lucide-react';
import { useState } from 'react';
import { Dialog } from '@base-ui/react/dialog';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';

export interface PictureProps {
  readonly src: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly name: string;
}

const WIDEST = 320;
const HIGHEST = 320;

/** A picture in its own proportions, so that nothing jumps when it comes; large on click. */
export function Picture({ src, alt, width, height, name }: PictureProps) {
  const [isOpen, setIsOpen] = useState(false);
  const size = fit(width ?? 4, height ?? 3);
  return (
    <>
      <button
        type="button"
        aria-label={t('file.enlarge', { name: alt })}
        onClick={() => setIsOpen(true)}
        className="block w-full"
      >
        <img
          src={src}
          alt={alt}
          width={size.width}
          height={size.height}
          loading="lazy"
          decoding="async"
          style={{ aspectRatio: `${size.width} / ${size.height}` }}
          className="h-auto w-full rounded-lg bg-hover object-cover"
        />
      </button>
      <Lightbox isOpen={isOpen} onClose={() => setIsOpen(false)} src={src} alt={alt} name={name} />
    </>
  );
}

/** How wide a bubble around the picture should be. */
export function pictureWidth(width: number | null | undefined, height: number | null | undefined): number {
  return fit(width ?? 4, height ?? 3).width;
}

function fit(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(WIDEST / width, HIGHEST / height);
  return { width: Math.max(120, Math.round(width * scale)), height: Math.max(60, Math.round(height * scale)) };
}

interface LightboxProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly src: string;
  readonly alt: string;
  readonly name: string;
}

function Lightbox({ isOpen, onClose, src, alt, name }: LightboxProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-surface" />
        <Dialog.Popup className="fixed inset-0 z-40 flex flex-col bg-surface text-ink outline-none">
          <header className="flex h-[52px] shrink-0 items-center justify-between gap-2 border-b border-line ps-4 pe-2">
            <Dialog.Title dir="auto" className="truncate text-14 font-medium">
              {alt}
            </Dialog.Title>
            <span className="flex">
              <a
                href={`${src}?download=1`}
                download={name}
                aria-label={t('file.download')}
                className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
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
