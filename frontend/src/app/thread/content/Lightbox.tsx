import { Dialog } from '@base-ui/react/dialog';
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatMoment } from '@/shared/i18n/format';
import { loadOlder } from '@/shared/store/load';
import { getState, useStore } from '@/shared/store/store';
import { IconButton } from '@/shared/ui/IconButton';
import { cx } from '@/shared/ui/cx';
import { wordOfKind } from '../../inbox/describe';
import { messagesOf, picturesOf, type GalleryPicture } from './gallery';

export interface LightboxProps {
  readonly onClose: () => void;
  readonly conversationId: Id;
  /** The one that was pressed; it may still be on its way to the server, and then it stands alone. */
  readonly picture: GalleryPicture;
}

/** A picture over the whole page, and the others of its thread beside it. */
export default function Lightbox({ onClose, conversationId, picture }: LightboxProps) {
  const thread = useStore((state) => state.threads.get(conversationId));
  const files = useStore((state) => state.files);
  const pictures = useMemo(() => {
    const found = picturesOf(messagesOf(getState(), conversationId), wordOfKind('image'));
    return found.some((one) => one.fileId === picture.fileId) ? found : [picture];
    // What the thread holds, and files that came meanwhile.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [thread, files, conversationId, picture]);
  const [shownId, setShownId] = useState(picture.fileId);
  const place = Math.max(
    0,
    pictures.findIndex((one) => one.fileId === shownId),
  );
  const shown = pictures[place] ?? picture;
  const hasOlder = (thread?.next ?? null) !== null;

  // Older pictures may lie in pages that were not read yet.
  useEffect(() => {
    if (place === 0 && hasOlder) void loadOlder(conversationId).catch(() => undefined);
  }, [place, hasOlder, conversationId, thread]);

  const step = (by: number) => {
    const next = pictures[place + by];
    if (next) setShownId(next.fileId);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-surface" />
        <Dialog.Popup
          onKeyDown={(event) => {
            const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
            if (event.key === 'ArrowLeft') step(isRtl ? 1 : -1);
            if (event.key === 'ArrowRight') step(isRtl ? -1 : 1);
          }}
          className="fixed inset-0 z-40 flex flex-col bg-surface text-ink outline-none"
        >
          <header className="flex h-[52px] shrink-0 items-center justify-between gap-2 border-b border-line ps-4 pe-2">
            <div className="min-w-0">
              <Dialog.Title dir="auto" className="truncate text-aligned text-14 font-medium">
                {shown.alt}
              </Dialog.Title>
              <p className="tabular truncate text-12 text-muted">
                {formatMoment(shown.at)}
                {pictures.length > 1 && ` · ${t('gallery.place', { place: place + 1, count: pictures.length })}`}
              </p>
            </div>
            <span className="flex items-center">
              <a
                href={shown.src.startsWith('blob:') ? shown.src : `${shown.src}?download=1`}
                download={shown.name}
                aria-label={t('file.download')}
                className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
              >
                <Download aria-hidden size={16} strokeWidth={1.75} />
              </a>
              <IconButton icon={X} label={t('common.close')} keyName="Escape" onClick={onClose} />
            </span>
          </header>
          <div className="relative grid min-h-0 flex-1 place-items-center p-4">
            <img src={shown.src} alt={shown.alt} className="max-h-full min-h-0 max-w-full object-contain" />
            {place > 0 && (
              <span className="absolute start-2 rounded-md bg-raised">
                <IconButton icon={ChevronLeft} isDirectional label={t('gallery.previous')} onClick={() => step(-1)} />
              </span>
            )}
            {place < pictures.length - 1 && (
              <span className="absolute end-2 rounded-md bg-raised">
                <IconButton icon={ChevronRight} isDirectional label={t('gallery.next')} onClick={() => step(1)} />
              </span>
            )}
          </div>
          {pictures.length > 1 && <Strip pictures={pictures} shown={shown} onChoose={setShownId} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface StripProps {
  readonly pictures: readonly GalleryPicture[];
  readonly shown: GalleryPicture;
  readonly onChoose: (fileId: Id) => void;
}

function Strip({ pictures, shown, onChoose }: StripProps) {
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which an effect must not return.
    void current.current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [shown.fileId]);
  return (
    <ul
      aria-label={t('gallery.label')}
      className="flex shrink-0 gap-1 overflow-x-auto border-t border-line p-2 pb-[max(8px,env(safe-area-inset-bottom))]"
    >
      {pictures.map((one) => {
        const isShown = one.fileId === shown.fileId;
        return (
          <li key={one.fileId} className="shrink-0 first:ms-auto last:me-auto">
            <button
              ref={isShown ? current : undefined}
              type="button"
              aria-label={one.alt}
              aria-current={isShown}
              onClick={() => onChoose(one.fileId)}
              className={cx(
                'block rounded-md p-0.5',
                isShown ? 'outline-2 -outline-offset-2 outline-accent' : 'opacity-70',
              )}
            >
              <img
                src={one.src}
                alt=""
                loading="lazy"
                width={56}
                height={56}
                className="size-14 rounded-sm object-cover"
              />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
