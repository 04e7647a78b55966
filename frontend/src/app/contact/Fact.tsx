import type { ReactNode } from 'react';

/** One line of what is known: its name, and what it is. */
export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="grid min-h-6 grid-cols-[84px_minmax(0,1fr)] items-center gap-2">
      <dt dir="auto" className="truncate text-aligned text-muted" title={label}>
        {label}
      </dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
