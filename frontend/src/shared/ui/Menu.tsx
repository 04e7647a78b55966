import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import {
  cloneElement,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from 'react';
import { cx } from './cx';
import { Kbd } from './Kbd';

const ROW =
  'flex min-h-8 items-center gap-3 rounded-md px-2 text-14 select-none data-highlighted:bg-accent-soft data-highlighted:outline-none data-disabled:text-muted pointer-coarse:min-h-11';

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'bottom' | 'inline-start' | 'inline-end';
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}

/** Its popup costs nothing until it is first opened: a thread has a menu beside every message. */
export function Menu({ trigger, children, align = 'end', side = 'bottom', open, onOpenChange }: MenuProps) {
  const button = useRef<HTMLElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();
  const byKeys = useRef(false);
  const [isOwnOpen, setOwnOpen] = useState(false);
  const isOpen = open ?? isOwnOpen;
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  const change = (next: boolean) => {
    setOwnOpen(next);
    onOpenChange?.(next);
  };
  // By keys the first row is chosen at once. The popup takes this, though its types say nothing of it.
  const initialFocus = () => (byKeys.current ? firstItem(popup.current) : null) ?? popup.current;
  return (
    <>
      {cloneElement(trigger as ReactElement<ComponentProps<'button'>>, {
        id,
        ref: button as Ref<HTMLButtonElement>,
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        onClick: (event: MouseEvent) => {
          byKeys.current = event.detail === 0;
          change(!isOpen);
        },
        onKeyDown: (event: KeyboardEvent) => {
          if (isOpen || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
          event.preventDefault();
          byKeys.current = true;
          change(true);
        },
      })}
      {wasOpen && (
        <Base.Root open={isOpen} onOpenChange={change}>
          <Base.Portal>
            <Base.Positioner anchor={button} align={align} side={side} sideOffset={4} className="z-50">
              <Base.Popup
                ref={popup}
                aria-labelledby={id}
                {...{ initialFocus }}
                finalFocus={button}
                className="float-in max-h-(--available-height) min-w-52 overflow-y-auto rounded-lg border border-line bg-raised p-1 text-ink shadow-float outline-none"
              >
                {children}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </>
  );
}

function firstItem(popup: HTMLElement | null): HTMLElement | null {
  return popup?.querySelector<HTMLElement>('[role^=menuitem]:not([aria-disabled=true])') ?? null;
}

export interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly keyName?: string | readonly string[];
  readonly isDangerous?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon: Icon, keyName, isDangerous = false, disabled, onClick, children }: MenuItemProps) {
  return (
    <Base.Item disabled={disabled} onClick={onClick} className={cx(ROW, isDangerous && 'text-danger')}>
      {Icon && (
        <Icon aria-hidden size={16} strokeWidth={1.75} className={cx('shrink-0', !isDangerous && 'text-muted')} />
      )}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keyName && <Kbd keys={keyName} />}
    </Base.Item>
  );
}

export interface MenuSignProps {
  readonly label: string;
  readonly isChosen: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

/** One of a few signs in a row; the arrow keys go from one to the next as through the rows below. */
export function MenuSign({ label, isChosen, onClick, children }: MenuSignProps) {
  return (
    <Base.CheckboxItem
      aria-label={label}
      checked={isChosen}
      closeOnClick
      onClick={onClick}
      className="grid size-8 place-items-center rounded-md text-16 select-none data-checked:bg-press data-highlighted:bg-accent-soft data-highlighted:outline-none pointer-coarse:size-11"
    >
      {children}
    </Base.CheckboxItem>
  );
}

export interface MenuChoiceProps<V extends string> {
  readonly label: string;
  readonly value: V;
  /** `hint` stands behind the label, said more quietly; `warning` behind it, said more loudly. */
  readonly options: readonly {
    readonly value: V;
    readonly label: string;
    readonly hint?: string;
    readonly warning?: string;
  }[];
  readonly onValueChange: (value: V) => void;
}

/** One of several, with a tick at the one that holds. */
export function MenuChoice<V extends string>({ label, value, options, onValueChange }: MenuChoiceProps<V>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-2 pb-1 text-12 font-medium text-muted">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: V) => onValueChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick className={ROW}>
            <span className="grid size-4 place-items-center">
              <Base.RadioItemIndicator className="text-accent">
                <Check aria-hidden size={16} strokeWidth={1.75} />
              </Base.RadioItemIndicator>
            </span>
            <span dir="auto" className="min-w-0 flex-1 truncate">
              {option.label}
            </span>
            {option.hint && <span className="max-w-40 truncate text-12 text-muted">{option.hint}</span>}
            {option.warning && <span className="text-12 font-medium text-warn">{option.warning}</span>}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

/** Rows that belong together, under their name. */
export function MenuGroup({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-2 pb-1 text-12 font-medium text-muted">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="my-1 h-px bg-line" />;
}

export interface MenuCheckProps {
  readonly isChosen: boolean;
  readonly onChange: (isChosen: boolean) => void;
  readonly children: ReactNode;
}

/** One of several that may hold together; the menu stays open. */
export function MenuCheck({ isChosen, onChange, children }: MenuCheckProps) {
  return (
    <Base.CheckboxItem checked={isChosen} onCheckedChange={onChange} className={ROW}>
      <span className="grid size-4 place-items-center">
        <Base.CheckboxItemIndicator className="text-accent">
          <Check aria-hidden size={16} strokeWidth={1.75} />
        </Base.CheckboxItemIndicator>
      </span>
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {children}
      </span>
    </Base.CheckboxItem>
  );
}
