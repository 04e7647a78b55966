import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx';
import { Tooltip } from './Tooltip';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'children'> {
  readonly icon: LucideIcon;
  /** Its name: for assistive technology, and as tooltip. */
  readonly label: string;
  readonly keyName?: string | readonly string[];
  readonly size?: 28 | 32;
  readonly isPressed?: boolean;
  /** Arrows and the like point the other way in right-to-left languages. */
  readonly isDirectional?: boolean;
}

export function IconButton({
  icon: Icon,
  label,
  keyName,
  size = 32,
  isPressed,
  isDirectional = false,
  className,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label} keyName={keyName}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        aria-pressed={isPressed}
        aria-keyshortcuts={typeof keyName === 'string' ? keyName : keyName?.join(' ')}
        className={cx(
          'grid shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink active:bg-press',
          'pointer-coarse:size-11 disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent',
          size === 28 ? 'size-7' : 'size-8',
          className,
        )}
      >
        <Icon aria-hidden size={16} strokeWidth={1.75} className={isDirectional ? 'rtl:-scale-x-100' : undefined} />
      </button>
    </Tooltip>
  );
}
