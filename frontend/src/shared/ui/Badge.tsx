import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';

const STATES = {
  neutral: 'bg-press text-ink',
  accent: 'bg-accent-soft text-accent',
  ok: 'bg-ok-tint text-ok',
  warn: 'bg-warn-tint text-warn',
  danger: 'bg-danger-tint text-danger',
} as const;

export interface BadgeProps {
  readonly state?: keyof typeof STATES;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}

/** A state in a word, with its sign. */
export function Badge({ state = 'neutral', icon: Icon, children }: BadgeProps) {
  return (
    <span
      className={cx(
        'inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-12 font-medium whitespace-nowrap',
        STATES[state],
      )}
    >
      {Icon && <Icon aria-hidden size={12} strokeWidth={1.75} />}
      {children}
    </span>
  );
}

/** How many are unread. */
export function CountBadge({ count, label }: { readonly count: number; readonly label: string }) {
  return (
    <span className="tabular grid h-[18px] min-w-[18px] place-items-center rounded-full bg-accent px-1 text-11 font-semibold text-on-accent">
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
