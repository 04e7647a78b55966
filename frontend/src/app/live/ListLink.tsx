/** A figure that opens the conversations it counts. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { keepFilter } from '../filters/useFilter';
import type { Behind } from './figures';

export interface ListLinkProps {
  readonly to: Behind;
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function ListLink({ to, label, className, children }: ListLinkProps) {
  return (
    <Link href={to.href} aria-label={label} onClick={() => to.filter && keepFilter(to.filter)} className={className}>
      {children}
    </Link>
  );
}
