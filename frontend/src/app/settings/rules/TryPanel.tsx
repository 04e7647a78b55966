import { Check, X } from 'lucide-react';
import { Link } from 'wouter';
import { nameOfField, type Fields } from '@/app/filters/fields';
import { conditionsOf } from '@/app/filters/filter';
import { paths } from '@/app/paths';
import type { RuleTrial } from '@/app/rules/types';
import type { Filter } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

export interface TryPanelProps {
  readonly trial: RuleTrial;
  /** What was asked: its conditions, from left to right, are those that held or did not. */
  readonly filter: Filter;
  readonly fields: Fields;
}

/** Where a rule would have run in the last week, and why; and where it was called in vain. */
export function TryPanel({ trial, filter, fields }: TryPanelProps) {
  const asked = conditionsOf(filter).map(({ field }) => {
    const known = fields.get(field);
    return known ? nameOfField(known) : field;
  });
  return (
    <section aria-label={t('rules.try')} className="flex flex-col gap-3 border-t border-line pt-4">
      <p role="status" className="text-14 font-medium">
        {trial.meant.length === 0 ? t('rules.try_none') : t('rules.try_meant', { count: trial.meant.length })}
      </p>
      <p className="text-13 text-muted">
        {t('rules.try_note')} {trial.is_cut && t('rules.try_cut')}
      </p>
      <Tried label={t('rules.try_list')} items={trial.meant} asked={asked} />
      {trial.in_vain_count > 0 && (
        <>
          <h4 className="text-13 font-medium">{t('rules.try_in_vain', { count: trial.in_vain_count })}</h4>
          <Tried label={t('rules.try_in_vain', { count: trial.in_vain_count })} items={trial.in_vain} asked={asked} />
        </>
      )}
    </section>
  );
}

interface TriedProps {
  readonly label: string;
  readonly items: RuleTrial['meant'];
  readonly asked: readonly string[];
}

function Tried({ label, items, asked }: TriedProps) {
  const now = useMinute();
  if (items.length === 0) return null;
  return (
    <ul aria-label={label} className="flex max-h-80 flex-col divide-y divide-line overflow-y-auto border-y border-line">
      {items.map((one) => (
        <li key={one.conversation_id} className="flex flex-wrap items-baseline gap-x-3 py-1.5 text-13">
          <Link
            href={paths.inbox('all', one.conversation_id)}
            className="max-w-full truncate font-medium text-accent hover:underline"
          >
            <bdi>{one.customer || t('rules.nameless')}</bdi>
          </Link>
          <time dateTime={one.at} className="tabular text-muted">
            {formatNear(one.at, now)}
          </time>
          {one.times > 1 && <span className="tabular text-muted">{t('rules.try_times', { number: one.times })}</span>}
          <span className="flex basis-full flex-wrap gap-x-3 text-muted empty:hidden">
            {one.holds.map((holds, at) => {
              const Icon = holds ? Check : X;
              return (
                <span key={at} className={cx('inline-flex items-center gap-1', !holds && 'text-warn')}>
                  <Icon aria-hidden size={13} strokeWidth={2} />
                  {t(holds ? 'rules.try_holds' : 'rules.try_fails', { field: asked[at] ?? '' })}
                </span>
              );
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}
