/** Before a picture goes out: cut it, and make unreadable what the customer must not see. Everything happens here. */
import { Crop, Grid2x2X, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { cropped, moved, pixelated, within, type Area } from './picture';

export interface ImageDialogProps {
  readonly file: File;
  readonly onDone: (file: File) => void;
  readonly onClose: () => void;
}

const STEP = 8;

export default function ImageDialog({ file, onDone, onClose }: ImageDialogProps) {
  const view = useRef<HTMLCanvasElement>(null);
  const [versions, setVersions] = useState<readonly HTMLCanvasElement[]>([]);
  const [area, setArea] = useState<Area | null>(null);
  const drawn = versions[versions.length - 1];

  useEffect(() => {
    let isOver = false;
    void load(file).then((canvas) => {
      if (isOver) return;
      setVersions([canvas]);
      setArea(centre(canvas));
    });
    return () => {
      isOver = true;
    };
  }, [file]);
  useEffect(() => {
    const canvas = view.current;
    if (!canvas || !drawn) return;
    canvas.width = drawn.width;
    canvas.height = drawn.height;
    canvas.getContext('2d')?.drawImage(drawn, 0, 0);
  }, [drawn]);

  const change = (next: HTMLCanvasElement, nextArea: Area | null) => {
    setVersions([...versions, next]);
    setArea(nextArea);
  };
  const drag = useDrag(view, setArea);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!drawn || !area) return;
    const next = moved(area, event.key, event.shiftKey, Math.max(STEP, Math.round(drawn.width / 60)));
    if (next === null) return;
    event.preventDefault();
    setArea(within(next, drawn));
  };
  const save = () => {
    if (!drawn) return;
    drawn.toBlob(
      (blob) => blob && onDone(new File([blob], nameOf(file, blob.type), { type: blob.type })),
      file.type === 'image/jpeg' ? 'image/jpeg' : 'image/png',
      0.92,
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('picture.title')}
      description={t('picture.hint')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" disabled={versions.length < 2} onClick={save}>
            {t('picture.save')}
          </Button>
        </>
      }
    >
      <div className="flex items-center gap-2">
        <Button
          icon={Crop}
          disabled={!drawn || !area}
          onClick={() => drawn && area && change(cropped(drawn, area), null)}
        >
          {t('picture.crop')}
        </Button>
        <Button
          icon={Grid2x2X}
          disabled={!drawn || !area}
          onClick={() => drawn && area && change(pixelated(drawn, area), area)}
        >
          {t('picture.blur')}
        </Button>
        <span className="ms-auto">
          <IconButton
            icon={Undo2}
            isDirectional
            label={t('common.undo')}
            disabled={versions.length < 2}
            onClick={() => setVersions(versions.slice(0, -1))}
          />
        </span>
      </div>
      <div dir="ltr" className="relative mx-auto w-fit max-w-full touch-none select-none">
        <canvas
          ref={view}
          {...drag}
          role="img"
          aria-label={t('picture.label')}
          className="block max-h-[45dvh] max-w-full cursor-crosshair rounded-md border border-line"
        />
        {drawn && area && (
          <div
            role="application"
            tabIndex={0}
            aria-label={t('picture.selection')}
            onKeyDown={onKeyDown}
            style={{
              insetInlineStart: `${(area.x / drawn.width) * 100}%`,
              top: `${(area.y / drawn.height) * 100}%`,
              width: `${(area.width / drawn.width) * 100}%`,
              height: `${(area.height / drawn.height) * 100}%`,
            }}
            className="pointer-events-none absolute border-2 border-accent bg-accent/10 outline-offset-2 focus-visible:outline-2 focus-visible:outline-accent"
          />
        )}
      </div>
    </Dialog>
  );
}

/** A selection drawn with pointer or finger, in the picture's own pixels. */
function useDrag(view: React.RefObject<HTMLCanvasElement | null>, onArea: (area: Area) => void) {
  const from = useRef<{ x: number; y: number } | null>(null);
  const at = (event: PointerEvent) => {
    const canvas = view.current as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * canvas.width,
      y: ((event.clientY - box.top) / box.height) * canvas.height,
    };
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      from.current = at(event);
      view.current?.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      if (!from.current || !view.current) return;
      const to = at(event);
      const drawn: Area = {
        x: Math.min(from.current.x, to.x),
        y: Math.min(from.current.y, to.y),
        width: Math.abs(to.x - from.current.x),
        height: Math.abs(to.y - from.current.y),
      };
      onArea(within(drawn, view.current));
    },
    onPointerUp: () => {
      from.current = null;
    },
  };
}

async function load(file: File): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}

function centre({ width, height }: { width: number; height: number }): Area {
  return within({ x: width / 4, y: height / 4, width: width / 2, height: height / 2 }, { width, height });
}

function nameOf(file: File, mime: string): string {
  const stem = file.name.replace(/\.[^.]+$/u, '') || 'picture';
  return `${stem}.${mime === 'image/jpeg' ? 'jpg' : 'png'}`;
}
