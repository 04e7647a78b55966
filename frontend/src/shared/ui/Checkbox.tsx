import { Checkbox as Base } from '@base-ui/react/checkbox';
import { Check } from 'lucide-react';
import { useId } from 'react';
import { cx } from './cx';

export interface CheckboxProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onCheckedChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly className?: string;
}

export function Checkbox({ label, hint, checked, onCheckedChange, disabled = false, className }: CheckboxProps) {
  const id = useId();
  return (
    <label className={cx('flex min-h-8 items-center gap-2.5 pointer-coarse:min-h-11', className)}>
      <Base.Root
        checked={checked}
        disabled={disabled}
        onCheckedChange={onCheckedChange}
        aria-labelledby={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="grid size-4 shrink-0 place-items-center rounded-sm border border-line-strong bg-raised data-checked:border-accent data-checked:bg-accent data-checked:text-on-accent data-disabled:opacity-50"
      >
        <Base.Indicator>
          <Check aria-hidden size={12} strokeWidth={2.5} />
        </Base.Indicator>
      </Base.Root>
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <span id={id} dir="auto" className="text-14">
          {label}
        </span>
        {hint !== undefined && hint !== '' && (
          <span id={`${id}-hint`} dir="auto" className="text-13 text-muted">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
