import { t } from '../i18n';
import { cx } from './cx';

export interface SkeletonProps {
  /** How many lines will stand here. */
  readonly lines?: number;
  readonly className?: string;
}

/** The shape of what comes; invisible for the first 300 ms, so that a quick answer never flickers. */
export function Skeleton({ lines = 3, className }: SkeletonProps) {
  return (
    <div role="status" aria-label={t('common.loading')} className={cx('appear-late flex flex-col gap-3', className)}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={cx('h-4 rounded-sm bg-press', index % 3 === 2 ? 'w-1/2' : 'w-full')} />
      ))}
    </div>
  );
}
