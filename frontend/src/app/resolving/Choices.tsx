import { Check } from 'lucide-react';
import { useId, useRef, type KeyboardEvent } from 'react';
import type { LabelColour } from '@/shared/api/types';
import { cx } from '@/shared/ui/cx';
import { FieldNote } from '@/shared/ui/InlineError';
import { LabelDot } from '@/shared/ui/LabelMark';

export interface Option {
  readonly id: string;
  readonly name: string;
  readonly colour?: LabelColour;
}

export interface ChoicesProps {
  readonly label: string;
  /** Its label stands above; else the place says it already. */
  readonly isShown?: boolean;
  readonly isFirst?: boolean;
  readonly isMany?: boolean;
  /** False: a field above has the keys and says which one is pointed at. */
  readonly isReachable?: boolean;
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly pointedId?: string;
  readonly error?: string;
  readonly onChoose: (id: string) => void;
}

/** One or several of some, all in sight: arrows or the first letter point, Space and Enter choose. */
export function Choices({
  label,
  isShown = false,
  isFirst = false,
  isMany = false,
  isReachable = true,
  options,
  chosen,
  pointedId,
  error,
  onChoose,
}: ChoicesProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-option]') ?? [])];
    const place = items.indexOf(document.activeElement as HTMLElement);
    const step = STEPS[event.key];
    const isLetter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === 'Enter' && isMany && chosen.length > 0) {
      event.preventDefault();
      return event.currentTarget.closest('form')?.requestSubmit();
    }
    if (step === undefined && !isLetter) return;
    event.preventDefault();
    const after = [...items.slice(place + 1), ...items.slice(0, place + 1)];
    const target = isLetter
      ? after.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(event.key.toLocaleLowerCase()))
      : items[(place + (step ?? 0) + items.length) % items.length];
    target?.focus();
  };
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {isShown && (
        <span id={id} className="text-14 font-medium">
          {label}
        </span>
      )}
      <div
        ref={list}
        role={isMany ? 'group' : 'radiogroup'}
        aria-labelledby={isShown ? id : undefined}
        aria-label={isShown ? undefined : label}
        onKeyDown={onKeyDown}
        className="-m-0.5 flex max-h-40 flex-wrap gap-1.5 overflow-y-auto p-0.5"
      >
        {options.map((option, place) => {
          const isChosen = chosen.includes(option.id);
          const isFirstStop = isChosen || (place === 0 && chosen.length === 0);
          return (
            <button
              key={option.id}
              type="button"
              data-option
              role={isMany ? 'checkbox' : 'radio'}
              aria-checked={isChosen}
              tabIndex={isReachable && isFirstStop ? 0 : -1}
              // The dialog gives the focus to what asks for it first.
              autoFocus={isFirst && place === 0}
              onClick={() => onChoose(option.id)}
              className={cx(
                'inline-flex h-8 max-w-full items-center gap-1.5 rounded-md border px-2.5 text-14 select-none hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent pointer-coarse:h-11',
                isChosen || option.id === pointedId ? 'border-accent bg-accent-soft' : 'border-line-strong bg-raised',
              )}
            >
              {isChosen && <Check aria-hidden size={14} strokeWidth={2} className="shrink-0 text-accent" />}
              {option.colour && <LabelDot colour={option.colour} />}
              <bdi className="truncate">{option.name}</bdi>
            </button>
          );
        })}
      </div>
      {error !== undefined && (
        <FieldNote id={`${id}-error`} state="failed">
          {error}
        </FieldNote>
      )}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
