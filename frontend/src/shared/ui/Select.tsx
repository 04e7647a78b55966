import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { useId } from 'react';
import { cx } from './cx';

export interface SelectOption<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly hint?: string;
}

export interface SelectProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly SelectOption<V>[];
  readonly onValueChange: (value: V) => void;
  /** The label is there for assistive technology only, because the place says it already. */
  readonly isLabelHidden?: boolean;
  readonly hint?: string;
  readonly disabled?: boolean;
  /** Stands in a line of text, without a frame. */
  readonly isBare?: boolean;
  readonly className?: string;
}

/** One of a few. */
export function Select<V extends string>({
  label,
  value,
  options,
  onValueChange,
  isLabelHidden = false,
  hint,
  disabled = false,
  isBare = false,
  className,
}: SelectProps<V>) {
  const labelId = useId();
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <span id={labelId} className={isLabelHidden ? 'sr-only' : 'text-14 font-medium'}>
        {label}
      </span>
      <Base.Root
        items={options as SelectOption<V>[]}
        value={value}
        disabled={disabled}
        onValueChange={(next) => next !== null && onValueChange(next)}
      >
        <Base.Trigger
          aria-labelledby={labelId}
          className={cx(
            'flex min-w-0 items-center justify-between gap-2 text-start text-ink select-none hover:bg-hover data-disabled:border-line data-disabled:text-muted pointer-coarse:h-11',
            isBare
              ? '-mx-1 min-h-6 rounded-sm px-1'
              : 'h-8 rounded-md border border-line-strong bg-raised px-2.5 text-14',
          )}
        >
          <Base.Value className="truncate" />
          <Base.Icon className="text-muted">
            <ChevronDown aria-hidden size={16} strokeWidth={1.75} />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
            <Base.Popup className="float-in max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-raised p-1 text-ink shadow-float outline-none">
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-14 select-none data-highlighted:bg-accent-soft data-highlighted:outline-none pointer-coarse:min-h-11"
                >
                  <span className="flex min-w-0 flex-1 flex-col">
                    <Base.ItemText>{option.label}</Base.ItemText>
                    {option.hint && <span className="text-12 text-muted">{option.hint}</span>}
                  </span>
                  <Base.ItemIndicator className="text-accent">
                    <Check aria-hidden size={16} strokeWidth={1.75} />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
      {hint !== undefined && <p className="text-13 text-muted">{hint}</p>}
    </div>
  );
}
