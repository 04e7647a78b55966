import { Ellipsis } from 'lucide-react';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { CellMenu, useMayTouch } from './CellMenu';
import { beginningOn, gapsOn, isWithin, offOn, type Day } from './sheet';
import { gapText, Shifts, type WeekProps } from './WeekGrid';
import { nameOf, wholeDayText } from './words';

/** The week on a phone: one day after the other, each with who works. */
export function DayList({ sheet, days, agentIds, now, edit, onAsk, className }: WeekProps) {
  return (
    <div className={cx('flex flex-col gap-5', className)}>
      {days.map((day) => (
        <OneDay key={day.key} {...{ sheet, day, agentIds, now, edit, onAsk }} />
      ))}
    </div>
  );
}

function OneDay({ sheet, day, agentIds, now, edit, onAsk }: Omit<WeekProps, 'days'> & { readonly day: Day }) {
  const me = useStore((state) => state.me);
  const teams = useStore((state) => state.teams);
  const mayTouch = useMayTouch();
  const isToday = isWithin(day, now);
  const shifts = beginningOn(day, sheet.shifts);
  const isShown = (id: string) =>
    id === me || shifts.some(({ agent_id }) => agent_id === id) || offOn(day, id, sheet.changes) !== undefined;
  const shown = agentIds.filter(isShown);
  return (
    <section aria-current={isToday ? 'date' : undefined}>
      <h3 className={cx('border-b border-line pb-1 text-14 font-semibold', isToday && 'text-accent')}>
        {wholeDayText(day.start)}
      </h3>
      <ul>
        {shown.map((agentId) => (
          <li key={agentId} className="flex min-h-12 items-center gap-2.5 border-b border-line py-1.5 text-14">
            <Avatar name={nameOf(agentId)} seed={agentId} size={28} isSelf={agentId === me} />
            <bdi className="min-w-0 flex-1 truncate">{nameOf(agentId)}</bdi>
            <span className="text-end">
              <Shifts day={day} agentId={agentId} sheet={sheet} />
              {!shifts.some(({ agent_id }) => agent_id === agentId) && !offOn(day, agentId, sheet.changes) && (
                <span className="text-muted">{t('rota.no_shift')}</span>
              )}
            </span>
            {mayTouch(agentId) && (
              <CellMenu
                {...{ agentId, day, sheet, edit, onAsk }}
                trigger={
                  <IconButton
                    icon={Ellipsis}
                    label={t('rota.cell', {
                      name: nameOf(agentId),
                      day: wholeDayText(day.start),
                      what: t('common.more'),
                    })}
                  />
                }
              />
            )}
          </li>
        ))}
        {gapsOn(day, sheet.gaps).map((gap) => (
          <li key={`${gap.team_id} ${gap.starts_at}`} className="tabular py-1.5 text-13 text-warn">
            {gapText(gap)} <bdi className="text-muted">{teams.get(gap.team_id)?.name}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
