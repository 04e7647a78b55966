import type { ReactNode } from 'react';

/** A list of things with hairlines between them. */
export function Rows({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul aria-label={label} className="flex flex-col divide-y divide-line border-t border-line">
      {children}
    </ul>
  );
}

export interface RowProps {
  readonly start?: ReactNode;
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly end?: ReactNode;
}

export function Row({ start, title, text, end }: RowProps) {
  return (
    <li className="relative flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 py-2">
      {start}
      <div className="min-w-0 flex-1 basis-40">
        <div className="flex min-w-0 items-center gap-2 text-14 font-medium">{title}</div>
        {text !== undefined && <div className="text-13 break-words text-muted">{text}</div>}
      </div>
      {end !== undefined && <div className="ms-auto flex items-center gap-2">{end}</div>}
    </li>
  );
}
