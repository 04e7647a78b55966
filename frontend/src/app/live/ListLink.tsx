/** A figure that opens the conversations it counts. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { keepFilter } from '../filters/useFilter';
import type { Behind } from './figures';

export interface ListLinkProps {
  readonly to: Behind;
  /** What is heard in the place of what is seen. */
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function ListLink({ to, label, className, children }: ListLinkProps) {
  return (
    <Link href={to.href} onClick={() => to.filter && keepFilter(to.filter)} className={className}>
      {label === undefined ? (
        children
      ) : (
        <>
          <span className="sr-only">{label}</span>
          <span aria-hidden className="contents">
            {children}
          </span>
        </>
      )}
    </Link>
  );
}
