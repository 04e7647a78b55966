import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { fromClock, toClock } from '../notifications/clock';
import type { Period } from '../types';
import { DAY_MINUTES, isPastMidnight, nextPeriod, periodOf } from './week';

export interface PeriodFieldsProps {
  /** Of which day: read with every field. */
  readonly day: string;
  readonly periods: readonly Period[];
  readonly onChange: (periods: readonly Period[]) => void;
  /** What stands there if there is none, where "closed" is not the word. */
  readonly none?: string;
}

/** The periods of one day: each two times, a word if the second is on the next day, and one press for another. */
export function PeriodFields({ day, periods, onChange, none = t('settings.hours.closed') }: PeriodFieldsProps) {
  const next = nextPeriod(periods);
  return (
    <div className="flex min-w-0 flex-1 flex-col items-start gap-1">
      {periods.length === 0 && (
        <p className="flex min-h-8 items-center text-14 text-muted pointer-coarse:min-h-11">{none}</p>
      )}
      {periods.map((period, place) => {
        const { from_minute: from, to_minute: to } = period;
        const put = (changed: Period) => onChange(periods.map((one, at) => (at === place ? changed : one)));
        return (
          <div key={place} className="flex max-w-full flex-wrap items-center gap-x-1.5 gap-y-1">
            <Clock
              label={t('settings.hours.from', { day })}
              minute={from}
              onChange={(minute) => put(periodOf(minute, to))}
            />
            <span aria-hidden className="text-muted">
              –
            </span>
            <Clock
              label={t('settings.hours.to', { day })}
              minute={to}
              onChange={(minute) => put(periodOf(from, minute))}
            />
            <IconButton
              icon={X}
              label={t('settings.hours.remove_period', { day })}
              onClick={() => onChange(periods.filter((_, at) => at !== place))}
            />
            {isPastMidnight(period) && <span className="text-13 text-muted">{t('settings.hours.next_day')}</span>}
          </div>
        );
      })}
      {next !== undefined && (
        <Button
          look="plain"
          icon={Plus}
          className="-ms-2"
          aria-label={t('settings.hours.add_period_on', { day })}
          onClick={() => onChange([...periods, next])}
        >
          {t('settings.hours.add_period')}
        </Button>
      )}
    </div>
  );
}

interface ClockProps {
  readonly label: string;
  readonly minute: number;
  readonly onChange: (minute: number) => void;
}

/**
 * Taken when it is left, or with Enter: while one types, half a time is a time, too. It stays the same field when it was
 * taken, for whoever went on by Tab is in its neighbour.
 */
function Clock({ label, minute, onChange }: ClockProps) {
  const saved = toClock(minute % DAY_MINUTES);
  const [typed, setTyped] = useState(saved);
  const [last, setLast] = useState(saved);
  if (last !== saved) {
    setLast(saved);
    setTyped(saved);
  }
  const take = () => {
    const next = fromClock(typed);
    if (next === null) setTyped(saved);
    else if (typed !== saved) onChange(next);
  };
  return (
    <input
      type="time"
      aria-label={label}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        take();
      }}
      className="tabular h-8 min-w-0 rounded-md border border-line-strong bg-raised px-2 text-14 text-ink pointer-coarse:h-11"
    />
  );
}
