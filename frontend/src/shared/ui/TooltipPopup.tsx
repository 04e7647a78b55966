import { Tooltip as Base } from '@base-ui/react/tooltip';
import { Kbd } from './Kbd';
import type { TooltipSide } from './Tooltip';

export interface TooltipPopupProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly keys: readonly string[] | undefined;
  readonly side: TooltipSide;
}

export default function TooltipPopup({ anchor, label, keys, side }: TooltipPopupProps) {
  return (
    <Base.Root open>
      <Base.Portal>
        <Base.Positioner anchor={anchor} side={side} sideOffset={6} className="z-50">
          <Base.Popup
            role="tooltip"
            className="float-in flex items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-12 text-ink shadow-float"
          >
            {label}
            {keys && <Kbd keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
