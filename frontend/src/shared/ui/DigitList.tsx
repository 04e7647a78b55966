import { useRef, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { Kbd } from './Kbd';

/** Choices for the keys: the arrows walk among them in a ring, a digit takes one at once. */
export function DigitList({ children }: { readonly children: ReactNode }) {
  const list = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const place = buttons.findIndex((button) => button === document.activeElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const digit = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    if (step === 0 && digit === undefined) return;
    event.preventDefault();
    if (digit) digit.click();
    else buttons[(place + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <ul ref={list} onKeyDown={onKeyDown} className="-mx-2 flex flex-col">
      {children}
    </ul>
  );
}

export interface DigitChoiceProps {
  readonly ref?: Ref<HTMLButtonElement>;
  /** Its place, from 1; the tenth and later ones have no key. */
  readonly digit: number;
  readonly isHere?: boolean;
  readonly isBusy?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function DigitChoice({ ref, digit, isHere = false, isBusy = false, onClick, children }: DigitChoiceProps) {
  const key = digit < 10 ? String(digit) : undefined;
  return (
    <li>
      <button
        ref={ref}
        type="button"
        aria-keyshortcuts={key}
        aria-current={isHere || undefined}
        aria-busy={isBusy || undefined}
        onClick={onClick}
        className="flex min-h-9 w-full items-center gap-3 rounded-md px-2 text-start text-14 hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:min-h-11"
      >
        {children}
        {key !== undefined && (
          <span className="contents pointer-coarse:hidden">
            <Kbd keys={key} />
          </span>
        )}
      </button>
    </li>
  );
}
