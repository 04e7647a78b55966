import { ArrowDown, ArrowUp } from 'lucide-react';
import { cx } from './cx';

export interface SortedHeadProps<Order extends string> {
  readonly title: string;
  /** What a click orders by, first and second; absent: nothing is ordered by it. */
  readonly orders?: readonly [Order, Order];
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  /** Beside the name: not on a phone. */
  readonly isExtra?: boolean;
}

/** The head of a column, which says what the list is ordered by. */
export function SortedHead<Order extends string>({
  title,
  orders,
  order,
  onOrder,
  isExtra = false,
}: SortedHeadProps<Order>) {
  const place = orders?.indexOf(order) ?? -1;
  const isDown = order === 'name_back' || order === 'newest';
  const Arrow = isDown ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={place < 0 ? undefined : isDown ? 'descending' : 'ascending'}
      className={cx(
        'sticky top-0 z-10 h-9 border-b border-line bg-surface px-4 text-start text-12 font-medium whitespace-nowrap text-muted',
        isExtra && 'max-md:hidden',
      )}
    >
      {orders === undefined ? (
        <bdi>{title}</bdi>
      ) : (
        <button
          type="button"
          onClick={() => onOrder(place === 0 ? orders[1] : orders[0])}
          className="-mx-1 flex min-h-6 items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
        >
          {title}
          {place >= 0 && <Arrow aria-hidden size={12} strokeWidth={2} />}
        </button>
      )}
    </th>
  );
}
