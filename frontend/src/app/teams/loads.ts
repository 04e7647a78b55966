/** How many each colleague has in hand: asked while somebody chooses among them, and in words. */
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { AgentLoad, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';

type Load = Pick<AgentLoad, 'load' | 'capacity' | 'is_day_full'>;
export type Loads = ReadonlyMap<Id, Load>;

const NONE: Loads = new Map();

/** Asked anew with each opening, for they change with every message. Without an answer nothing is said. */
export function useLoads(isAsked: boolean): Loads {
  const [loads, setLoads] = useState(NONE);
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    request<{ items: AgentLoad[] }>('GET', '/api/routing/loads')
      .then(({ items }) => {
        if (!isOver) setLoads(new Map(items.map((one) => [one.id, one])));
      })
      .catch(() => undefined);
    return () => {
      isOver = true;
    };
  }, [isAsked]);
  return loads;
}

/** "Busy: Lunch · 6 of 5", and as a warning "1 over · day full". */
export function wordsOfLoad(absence: string, one: Load | undefined): { hint: string; warning: string } {
  if (!one) return { hint: absence, warning: '' };
  const { load, capacity } = one;
  const over = load - capacity;
  return {
    hint: [absence, t('assignee.load', { load: formatNumber(load), capacity: formatNumber(capacity) })]
      .filter(Boolean)
      .join(' · '),
    warning: [
      over > 0 ? t('assignee.over', { number: formatNumber(over) }) : '',
      one.is_day_full ? t('assignee.day_full') : '',
    ]
      .filter(Boolean)
      .join(' · '),
  };
}
