import { lazy, Suspense, useState } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';

export interface PictureProps {
  readonly src: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly name: string;
  readonly fileId: Id;
  readonly at: string;
  readonly conversationId: Id;
}

const Lightbox = lazy(() => import('./Lightbox'));

const WIDEST = 320;
const HIGHEST = 320;

/** A picture in its own proportions, so that nothing jumps when it comes; large on click. */
export function Picture({ src, alt, width, height, name, fileId, at, conversationId }: PictureProps) {
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
      {isOpen && (
        <Suspense fallback={null}>
          <Lightbox
            onClose={() => setIsOpen(false)}
            conversationId={conversationId}
            picture={{ fileId, src, alt, name, at }}
          />
        </Suspense>
      )}
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
