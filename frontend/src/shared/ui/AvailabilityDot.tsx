import { cx } from './cx';

/** Told apart by their form, too: a disc, a square, a ring. */
const LOOKS = {
  online: 'rounded-full bg-ok',
  busy: 'rounded-[2px] bg-warn',
  offline: 'rounded-full border-2 border-line-strong bg-raised',
} as const;

export interface AvailabilityDotProps {
  readonly state: keyof typeof LOOKS;
  readonly className?: string;
}

/** Whether somebody is there. Decoration: where it matters, a word says it, too. */
export function AvailabilityDot({ state, className }: AvailabilityDotProps) {
  return <span aria-hidden data-availability={state} className={cx('size-2 shrink-0', LOOKS[state], className)} />;
}
