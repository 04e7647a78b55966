/** By when this customer was promised an answer, or an end, and by which service level. Nothing while none is. */
import { Timer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { Conversation, Deadline, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear, formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

export function Promises({ conversation }: { readonly conversation: Conversation }) {
  const now = useMinute();
  const names = usePolicyNames(conversation.deadlines);
  if (conversation.deadlines.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2 border-b border-line px-4 py-3 text-13">
      {conversation.deadlines.map(({ clock, due_at, half_at, policy_id }) => {
        const leftMs = Date.parse(due_at) - now;
        const look = leftMs <= 0 ? 'text-danger' : Date.parse(half_at) <= now ? 'text-warn' : undefined;
        const name = policy_id === null ? undefined : names.get(policy_id);
        return (
          <li key={clock} className="flex gap-2">
            <Timer aria-hidden size={14} strokeWidth={1.75} className={cx('mt-0.75 shrink-0', look ?? 'text-muted')} />
            <span className="min-w-0">
              <time dateTime={due_at} className={cx('tabular block', look)}>
                {t(`deadline.${clock}`, { when: formatNear(due_at, now) })}
              </time>
              <span className="tabular block text-12 text-muted">
                {t(leftMs <= 0 ? 'deadline.late' : 'deadline.left', { span: formatSpan(Math.abs(leftMs)) })}
                {name !== undefined && (
                  <>
                    {', '}
                    <bdi>{name}</bdi>
                  </>
                )}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

interface Named {
  readonly id: Id;
  readonly name: string;
}

const NO_NAMES: ReadonlyMap<Id, string> = new Map();
let known: ReadonlyMap<Id, string> = NO_NAMES;

/** Asked for when a level is met whose name this page has not heard yet. */
function usePolicyNames(deadlines: readonly Deadline[]): ReadonlyMap<Id, string> {
  const [names, setNames] = useState(known);
  const missing = deadlines.map(({ policy_id }) => policy_id).find((id) => id !== null && !names.has(id));
  useEffect(() => {
    if (missing === undefined || missing === null) return;
    let isCurrent = true;
    request<{ items: readonly Named[] }>('GET', '/api/sla-policies').then(
      ({ items }) => {
        known = new Map([...known, ...items.map(({ id, name }) => [id, name] as const)]);
        if (isCurrent) setNames(known);
      },
      () => undefined, // without its name it is a promise all the same
    );
    return () => {
      isCurrent = false;
    };
  }, [missing]);
  return names;
}
