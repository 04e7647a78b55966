/** Whose shift has not begun, or is over: asked when colleagues are to be chosen, for a menu that opens is rare. */
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { Agent, Id, RotaNow } from '@/shared/api/types';
import { formatAlarm } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { absenceText } from './words';

const FRESH_MS = 30_000;

/** Agent → when their next shift begins; null: none is planned. Who is on, or not on the rota, is missing. */
export type OffDuty = ReadonlyMap<Id, string | null>;

let known: OffDuty = new Map();
let knownAt = -Infinity;

/** What was known last stands at once; without network nobody is called off duty. */
export function useOffDuty(isAsked = true): OffDuty {
  const [offDuty, setOffDuty] = useState(known);
  useEffect(() => {
    if (!isAsked || performance.now() - knownAt < FRESH_MS) return;
    let isCurrent = true;
    request<RotaNow>('GET', '/api/rota/now')
      .then(({ items }) => {
        known = new Map(items.flatMap((one) => (one.is_on ? [] : [[one.agent_id, one.next_at] as const])));
        knownAt = performance.now();
        if (isCurrent) setOffDuty(known);
      })
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [isAsked]);
  return offDuty;
}

/** Why somebody may not answer soon: "Busy: Lunch", "Off until Mon 09:00". */
export function hindranceText(agent: Agent, offDuty: OffDuty): string {
  const next = offDuty.get(agent.id);
  if (next === undefined) return absenceText(agent);
  return next === null ? t('availability.off') : t('availability.off_until', { when: formatAlarm(next, Date.now()) });
}
