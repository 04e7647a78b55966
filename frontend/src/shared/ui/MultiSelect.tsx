import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { useId } from 'react';
import { cx } from './cx';
import type { SelectOption } from './Select';

export interface MultiSelectProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly options: readonly SelectOption<string>[];
  readonly onValuesChange: (values: string[]) => void;
  /** What stands there while nothing is chosen. */
  readonly placeholder: string;
  readonly isWrong?: boolean;
  readonly isDisabled?: boolean;
  readonly className?: string;
}

/** Several of a few; their names stand in the field. */
export function MultiSelect(props: MultiSelectProps) {
  const { label, values, options, onValuesChange, placeholder, isWrong = false, isDisabled = false, className } = props;
  const labelId = useId();
  const chosen = options.filter((option) => values.includes(option.value)).map((option) => option.label);
  return (
    <div className={cx('min-w-0', className)}>
      <span id={labelId} className="sr-only">
        {label}
      </span>
      <Base.Root
        multiple
        items={options as SelectOption<string>[]}
        value={[...values]}
        disabled={isDisabled}
        onValueChange={onValuesChange}
      >
        <Base.Trigger
          aria-labelledby={labelId}
          className={cx(
            'flex h-8 w-full min-w-0 items-center justify-between gap-2 rounded-md border bg-raised px-2.5 text-start text-14 text-ink select-none hover:bg-hover data-disabled:text-muted pointer-coarse:h-11',
            isWrong ? 'border-danger' : 'border-line-strong',
          )}
        >
          <Base.Value>
            {() => (
              <span dir="auto" className={cx('truncate', chosen.length === 0 && 'text-muted')}>
                {chosen.length === 0 ? placeholder : chosen.join(', ')}
              </span>
            )}
          </Base.Value>
          <Base.Icon className="shrink-0 text-muted">
            <ChevronDown aria-hidden size={16} strokeWidth={1.75} />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
            <Base.Popup className="float-in max-h-[min(24rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-raised p-1 text-ink shadow-float outline-none">
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-8 items-center gap-3 rounded-md px-2 text-14 select-none data-highlighted:bg-accent-soft data-highlighted:outline-none pointer-coarse:min-h-11"
                >
                  <span className="grid size-4 shrink-0 place-items-center text-accent">
                    <Base.ItemIndicator>
                      <Check aria-hidden size={16} strokeWidth={1.75} />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className="min-w-0 truncate">
                    <bdi>{option.label}</bdi>
                  </Base.ItemText>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}
