import { cloneElement, lazy, Suspense, useEffect, useState, type ReactElement, type ReactNode } from 'react';

const TooltipPopup = lazy(() => import('./TooltipPopup'));

const DELAY_MS = 400;

export type TooltipSide = 'top' | 'bottom' | 'inline-start' | 'inline-end';

export interface TooltipProps {
  readonly label: string;
  readonly keyName?: string | readonly string[];
  readonly side?: TooltipSide;
  readonly children: ReactElement;
}

/**
 * The name of a control and its key, after a short rest of the pointer or at once on keyboard focus.
 *
 * It only leaves a note on the control: one tooltip at the root serves all, for a screen has dozens of controls.
 */
export function Tooltip({ label, keyName, side = 'bottom', children }: TooltipProps) {
  return cloneElement(children as ReactElement<Record<string, unknown>>, {
    'data-tooltip': label,
    'data-tooltip-keys': typeof keyName === 'string' ? keyName : keyName?.join(' '),
    'data-tooltip-side': side,
  });
}

/** Once at the root: the second tooltip in a row comes without waiting. */
export function TooltipRoot({ children }: { readonly children: ReactNode }) {
  const anchor = useDescribed();
  return (
    <>
      {children}
      {anchor && (
        <Suspense fallback={null}>
          <TooltipPopup
            anchor={anchor}
            label={anchor.dataset.tooltip ?? ''}
            keys={anchor.dataset.tooltipKeys?.split(' ')}
            side={anchor.dataset.tooltipSide as TooltipSide}
          />
        </Suspense>
      )}
    </>
  );
}

/** The control of which the tooltip is to be seen. */
function useDescribed(): HTMLElement | null {
  const [shown, setShown] = useState<HTMLElement | null>(null);
  useEffect(() => {
    let now: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closedAt = -Infinity;
    const show = (control: HTMLElement | null) => {
      clearTimeout(timer);
      if (now === control) return;
      if (control === null) closedAt = performance.now();
      now = control;
      setShown(control);
      if (control) gone.observe(document.body, { childList: true, subtree: true });
      else gone.disconnect();
    };
    const hide = () => show(null);
    const gone = new MutationObserver(() => now?.isConnected || hide());
    const onOver = ({ target, pointerType }: PointerEvent) => {
      if (pointerType === 'touch' || !(target instanceof Element)) return;
      if (target.closest('[role=tooltip]')) return clearTimeout(timer); // one may rest on it, and select its words
      const control = target.closest<HTMLElement>('[data-tooltip]');
      clearTimeout(timer);
      if (control === now) return;
      const isNext = now !== null || performance.now() - closedAt < DELAY_MS;
      if (control && isNext) return show(control);
      if (now) timer = setTimeout(hide, DELAY_MS / 4); // on the way to it
      if (control) timer = setTimeout(() => show(control), DELAY_MS);
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || !target.matches('[data-tooltip]:focus-visible')) return hide();
      show(target);
    };
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide, true);
    document.addEventListener('keydown', onKey, true);
    return () => {
      hide();
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide, true);
      document.removeEventListener('keydown', onKey, true);
    };
  }, []);
  return shown;
}
