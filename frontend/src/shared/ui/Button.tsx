import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx';
import { Kbd } from './Kbd';

const LOOKS = {
  /** One a screen: what the screen is for. */
  filled: 'border-accent bg-accent text-on-accent hover:bg-accent/90 active:bg-accent/80',
  outlined: 'border-line-strong bg-surface text-ink hover:bg-hover active:bg-press',
  plain: 'border-transparent text-ink hover:bg-hover active:bg-press',
  link: 'border-transparent text-accent hover:bg-accent-tint active:bg-press',
  danger: 'border-danger bg-surface text-danger hover:bg-danger-tint active:bg-press',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof LOOKS;
  readonly size?: 'normal' | 'small';
  readonly icon?: LucideIcon;
  /** The key that does the same; shown at the end. */
  readonly keyName?: string;
  /** At work on what was asked: stays as it is, takes no second press. */
  readonly isBusy?: boolean;
}

/** A button of 32 px (28 if small, 44 on touch). Its text is a verb. */
export function Button({
  look = 'outlined',
  size = 'normal',
  icon: Icon,
  keyName,
  isBusy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={isBusy || undefined}
      aria-keyshortcuts={keyName ?? rest['aria-keyshortcuts']}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none',
        'pointer-coarse:min-h-11 disabled:border-line disabled:bg-transparent disabled:text-muted',
        size === 'small' ? 'h-7 px-2.5 text-13' : 'h-8 px-3 text-14',
        LOOKS[look],
        className,
      )}
    >
      {Icon && <Icon aria-hidden size={16} strokeWidth={1.75} />}
      {children}
      {keyName && (
        <span className="contents pointer-coarse:hidden">
          <Kbd keys={keyName} isOnAccent={look === 'filled'} />
        </span>
      )}
    </button>
  );
}
