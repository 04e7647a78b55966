import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';

export interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}

/** What a query brought; its shape while it is on the way; the reason and a second try if it failed. */
export function Loaded<T>({ query, lines = 4, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <div className="flex flex-col items-start gap-3">
        <InlineError>{problemText(query.error)}</InlineError>
        <Button onClick={() => void query.refetch()}>{t('common.try_again')}</Button>
      </div>
    );
  }
  return <Skeleton lines={lines} />;
}
