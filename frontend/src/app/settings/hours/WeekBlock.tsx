import { Copy } from 'lucide-react';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { Block } from '../parts/Page';
import type { Calendar } from '../types';
import { PeriodFields } from './PeriodFields';
import type { CalendarEdit } from './useCalendars';
import { WEEKDAYS, withCopies, withDay, WORKDAYS, type Week } from './week';
import { weekdayName } from './words';

/** Seven days; what one of them has can be copied to the others. */
export function WeekBlock({ calendar, edit }: { readonly calendar: Calendar; readonly edit: CalendarEdit }) {
  const save = (week: Week, done?: string) => void edit.change({ week }, done);
  return (
    <Block title={t('settings.hours.week')} text={t('settings.hours.week_text')}>
      <ul aria-label={t('settings.hours.week')} className="flex flex-col divide-y divide-line border-y border-line">
        {WEEKDAYS.map((day) => (
          <li key={day} className="flex flex-wrap items-start gap-x-4 py-2 max-md:flex-col">
            <span className="flex min-h-8 w-28 items-center text-14 font-medium max-md:min-h-0 max-md:pb-1 pointer-coarse:min-h-11">
              {weekdayName(day)}
            </span>
            <div className="flex min-w-0 flex-1 items-start gap-2 max-md:w-full">
              <PeriodFields
                day={weekdayName(day)}
                periods={calendar.week[day] ?? []}
                onChange={(periods) => save(withDay(calendar.week, day, periods))}
              />
              <CopyMenu
                day={day}
                onCopy={(days) => save(withCopies(calendar.week, day, days), t('settings.hours.copied'))}
              />
            </div>
          </li>
        ))}
      </ul>
    </Block>
  );
}

function CopyMenu({ day, onCopy }: { readonly day: number; readonly onCopy: (days: readonly number[]) => void }) {
  return (
    <Menu trigger={<IconButton icon={Copy} label={t('settings.hours.copy', { day: weekdayName(day) })} />}>
      <MenuItem onClick={() => onCopy(WORKDAYS)}>{t('settings.hours.copy_workdays')}</MenuItem>
      <MenuItem onClick={() => onCopy(WEEKDAYS)}>{t('settings.hours.copy_all')}</MenuItem>
      {day < 6 && (
        <MenuItem onClick={() => onCopy([day + 1])}>
          {t('settings.hours.copy_next', { day: weekdayName(day + 1) })}
        </MenuItem>
      )}
    </Menu>
  );
}
