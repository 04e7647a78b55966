import type { ReactNode } from 'react';

export interface EmptyStateProps {
  /** What is so: "Nobody is waiting". */
  readonly title: string;
  /** What will appear here. */
  readonly text: string;
  /** The first thing to do. */
  readonly action?: ReactNode;
}

export function EmptyState({ title, text, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-10 text-center">
      <p className="text-16 font-medium">{title}</p>
      <p className="max-w-80 text-14 text-muted">{text}</p>
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}
