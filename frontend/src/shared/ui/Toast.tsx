import { Toast as Base } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { t } from '../i18n';
import { areSingleKeysOn } from '../keys/keyboard';
import { Kbd } from './Kbd';

const TIME_MS = 10_000;

interface ToastData {
  readonly undo?: () => void;
  readonly act?: ToastAct;
}

const manager = Base.createToastManager<ToastData>();
let lastUndo: { readonly id: string; readonly undo: () => void } | null = null;

export interface ToastAct {
  readonly name: string;
  readonly run: () => void;
}

export interface ToastOptions {
  /** What takes it back; offered for ten seconds, with the key Z. */
  readonly undo?: () => void;
  readonly isError?: boolean;
  /** Something else that can be done about it. */
  readonly act?: ToastAct;
  /** How long it stands, if not the usual ten seconds. */
  readonly timeMs?: number;
}

/** Says what happened, at the foot of the page, politely announced. */
export function showToast(text: string, { undo, isError = false, act, timeMs = TIME_MS }: ToastOptions = {}): void {
  const id = manager.add({
    title: text,
    type: isError ? 'error' : 'done',
    timeout: timeMs,
    priority: isError ? 'high' : 'low',
    data: { undo, act },
    onClose: () => {
      if (lastUndo?.id === id) lastUndo = null;
    },
  });
  if (undo !== undefined) lastUndo = { id, undo };
}

/** Takes the last action back, if its toast still stands. True if there was one. */
export function undoLast(): boolean {
  if (lastUndo === null) return false;
  const { id, undo } = lastUndo;
  lastUndo = null;
  manager.close(id);
  undo();
  return true;
}

/** Once at the root. Answers Z wherever nobody types. */
export function Toaster() {
  useEffect(() => {
    document.addEventListener('keydown', undoByKey);
    return () => document.removeEventListener('keydown', undoByKey);
  }, []);
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed start-4 end-4 bottom-4 z-50 mx-auto flex w-auto max-w-96 flex-col gap-2 outline-none">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Toasts() {
  const { toasts } = Base.useToastManager<ToastData>();
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      // The kit hides an urgent one until it has the focus, though its buttons can be reached: it is read twice instead.
      aria-hidden={false}
      className="float-in flex min-h-10 items-center gap-2 rounded-lg border border-line bg-raised ps-3 pe-1.5 text-13 text-ink shadow-float data-limited:hidden"
    >
      {toast.type === 'error' ? (
        <CircleAlert aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-danger" />
      ) : (
        <CircleCheck aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-ok" />
      )}
      <Base.Title dir="auto" className="min-w-0 flex-1 py-2" />
      {toast.data?.undo && (
        <button
          type="button"
          aria-keyshortcuts="z"
          onClick={() => undoLast()}
          className="flex h-7 items-center gap-2 rounded-sm px-1.5 font-medium text-accent hover:bg-accent-soft pointer-coarse:h-11"
        >
          {t('common.undo')}
          <Kbd keys="Z" />
        </button>
      )}
      {toast.data?.act && (
        <button
          type="button"
          onClick={() => {
            manager.close(toast.id);
            toast.data?.act?.run();
          }}
          className="flex h-7 items-center rounded-sm px-1.5 font-medium text-accent hover:bg-accent-soft pointer-coarse:h-11"
        >
          {toast.data.act.name}
        </button>
      )}
      <Base.Close
        aria-label={t('common.dismiss')}
        aria-hidden={false}
        className="grid size-7 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
      >
        <X aria-hidden size={14} strokeWidth={1.75} />
      </Base.Close>
    </Base.Root>
  ));
}

function undoByKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!areSingleKeysOn()) return;
  if (event.key.toLowerCase() !== 'z' && event.code !== 'KeyZ') return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return;
  if (undoLast()) event.preventDefault();
}
