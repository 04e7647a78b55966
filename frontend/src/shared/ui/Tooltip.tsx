import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './Kbd';

export interface TooltipProps {
  readonly label: string;
  readonly keyName?: string | readonly string[];
  readonly side?: 'top' | 'bottom' | 'inline-start' | 'inline-end';
  readonly children: ReactElement;
}

/** The name of a control and its key, after a short rest of the pointer or at once on keyboard focus. */
export function Tooltip({ label, keyName, side = 'bottom', children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup className="float-in flex items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-12 text-ink shadow-float">
            {label}
            {keyName && <Kbd keys={keyName} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** Once at the root: the second tooltip in a row comes without waiting. */
export function TooltipRoot({ children }: { readonly children: ReactNode }) {
  return <Base.Provider delay={400}>{children}</Base.Provider>;
}
