import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';

/** `waiting`: for something else; `checking`: asked just now. */
export type FieldState = 'ok' | 'warn' | 'failed' | 'waiting' | 'checking';

const MARKS = {
  ok: { icon: CircleCheck, ink: 'text-ok' },
  warn: { icon: TriangleAlert, ink: 'text-warn' },
  failed: { icon: CircleAlert, ink: 'text-danger' },
  waiting: { icon: CircleDashed, ink: 'text-muted' },
  checking: { icon: LoaderCircle, ink: 'text-muted' },
} as const;

/** The sign of a state: always with words beside it, never colour alone. */
export function StateMark({ state, size = 14 }: { readonly state: FieldState; readonly size?: number }) {
  const { icon: Icon, ink } = MARKS[state];
  const turning = state === 'checking' && 'motion-safe:animate-spin';
  return <Icon aria-hidden size={size} strokeWidth={1.75} className={cx('shrink-0', ink, turning)} />;
}

export interface FieldNoteProps {
  readonly id?: string;
  readonly state: FieldState;
  readonly children: ReactNode;
}

/** The answer to a field, straight below it; the field names it by `aria-describedby`. */
export function FieldNote({ id, state, children }: FieldNoteProps) {
  return (
    <p id={id} className={cx('flex items-start gap-1.5 text-13', MARKS[state].ink)}>
      <span className="mt-[3px] flex">
        <StateMark state={state} />
      </span>
      <span dir="auto" className="min-w-0 break-words">
        {children}
      </span>
    </p>
  );
}

/** What went wrong with a whole form, announced when it appears. */
export function InlineError({ children }: { readonly children: ReactNode }) {
  return (
    <div role="alert">
      <FieldNote state="failed">{children}</FieldNote>
    </div>
  );
}
