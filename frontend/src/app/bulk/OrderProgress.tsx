import type { BulkChange } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';

export interface OrderProgressProps {
  readonly order: BulkChange;
  readonly label: string;
}

/** How far an order is, as a bar and in numbers. */
export function OrderProgress({ order, label }: OrderProgressProps) {
  const share = order.total === 0 ? 1 : order.done / order.total;
  return (
    <>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={order.total}
        aria-valuenow={order.done}
        className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-press"
      >
        <div className="h-full bg-accent" style={{ inlineSize: `${share * 100}%` }} />
      </div>
      <span className="tabular text-12 text-muted">
        {t('bulk.of', { done: formatNumber(order.done), total: formatNumber(order.total) })}
      </span>
    </>
  );
}
