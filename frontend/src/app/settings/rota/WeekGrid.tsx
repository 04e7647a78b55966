import type { KeyboardEvent } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatTime } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import type { RotaSheet, RotaShift } from '../types';
import { CellMenu, useMayTouch } from './CellMenu';
import type { Asking } from './Rota';
import { beginningOn, gapsOn, isWithin, offOn, placeOn, touching, type Day, type Timed } from './sheet';
import type { RotaEdit } from './useRota';
import { nameOf, offText, spanText, wholeDayText } from './words';

export interface WeekProps {
  readonly sheet: RotaSheet;
  readonly days: readonly Day[];
  readonly agentIds: readonly Id[];
  readonly now: number;
  readonly edit: RotaEdit;
  readonly onAsk: (asking: Asking) => void;
  readonly className?: string;
}

/** People by days. Arrow keys go from cell to cell, Enter opens what can be done there. */
export function WeekGrid({ sheet, days, agentIds, now, edit, onAsk, className }: WeekProps) {
  const mayTouch = useMayTouch();
  return (
    <div className={cx('overflow-x-auto rounded-lg border border-line', className)}>
      <table
        aria-label={t('rota.grid')}
        className="w-full min-w-[56rem] table-fixed border-collapse text-13"
        onKeyDown={moveByArrows}
      >
        <thead>
          <tr className="border-b border-line bg-canvas">
            <th scope="col" className="w-40 px-3 py-2 text-start font-medium text-muted">
              {t('rota.who')}
            </th>
            {days.map((day) => (
              <DayHead key={day.key} day={day} now={now} />
            ))}
          </tr>
        </thead>
        <tbody>
          {agentIds.map((agentId, row) => (
            <tr key={agentId} className="border-b border-line last:border-b-0">
              <th scope="row" className="px-3 py-2 text-start align-top font-medium">
                <Person agentId={agentId} />
              </th>
              {days.map((day, column) => (
                <td key={day.key} className="relative border-s border-line p-0 align-top">
                  <Strip day={day} shifts={sheet.shifts} agentId={agentId} now={now} />
                  {mayTouch(agentId) ? (
                    <CellMenu
                      agentId={agentId}
                      day={day}
                      sheet={sheet}
                      edit={edit}
                      onAsk={onAsk}
                      trigger={
                        <button
                          type="button"
                          data-cell={`${row} ${column}`}
                          aria-label={t('rota.cell', {
                            name: nameOf(agentId),
                            day: wholeDayText(day.start),
                            what: cellText(day, agentId, sheet),
                          })}
                          className="block min-h-11 w-full rounded-sm px-2 pt-3 pb-1.5 text-start hover:bg-hover"
                        >
                          <Shifts day={day} agentId={agentId} sheet={sheet} />
                        </button>
                      }
                    />
                  ) : (
                    <div className="min-h-11 px-2 pt-3 pb-1.5">
                      <Shifts day={day} agentId={agentId} sheet={sheet} />
                    </div>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <GapRow days={days} sheet={sheet} now={now} />
      </table>
    </div>
  );
}

function DayHead({ day, now }: { readonly day: Day; readonly now: number }) {
  const isToday = isWithin(day, now);
  return (
    <th
      scope="col"
      aria-current={isToday ? 'date' : undefined}
      className={cx('border-s border-line px-2 py-2 text-start font-medium', isToday ? 'text-accent' : 'text-muted')}
    >
      {formatDate(new Date(day.start), { weekday: 'short', day: 'numeric' })}
    </th>
  );
}

function Person({ agentId }: { readonly agentId: Id }) {
  const agent = useStore((state) => state.agents.get(agentId));
  const me = useStore((state) => state.me);
  const name = agent?.name ?? '';
  return (
    <span className="flex items-center gap-2">
      <Avatar name={name} seed={agentId} size={22} isSelf={agentId === me} availability={agent?.availability} />
      <bdi className="truncate">{name}</bdi>
    </span>
  );
}

interface StripProps {
  readonly day: Day;
  readonly shifts: readonly RotaShift[];
  readonly agentId: Id;
  readonly now: number;
}

/** The day as a line of time with what is worked of it, and where it is now. */
export function Strip({ day, shifts, agentId, now }: StripProps) {
  const own = touching(day, shifts).filter(({ agent_id }) => agent_id === agentId);
  return (
    <span aria-hidden className="pointer-events-none absolute inset-x-0 top-0 bottom-0">
      {own.map((shift) => (
        <span
          key={shift.starts_at}
          style={placed(day, shift)}
          className={cx('absolute top-1 h-1.5 rounded-full', shift.is_changed ? 'bg-warn' : 'bg-accent')}
        />
      ))}
      <NowLine day={day} now={now} />
    </span>
  );
}

function NowLine({ day, now }: { readonly day: Day; readonly now: number }) {
  if (!isWithin(day, now)) return null;
  return (
    <span
      data-now-line
      style={{ insetInlineStart: `${100 * placeOn(day, now)}%` }}
      className="absolute inset-y-0 w-px bg-danger"
    />
  );
}

function placed(day: Day, { starts_at, ends_at }: Timed) {
  const from = placeOn(day, Date.parse(starts_at));
  const to = placeOn(day, Date.parse(ends_at));
  return { insetInlineStart: `${100 * from}%`, width: `${100 * (to - from)}%` };
}

interface OfDay {
  readonly day: Day;
  readonly agentId: Id;
  readonly sheet: RotaSheet;
}

/** What begins on this day, and whether they are off. */
export function Shifts({ day, agentId, sheet }: OfDay) {
  const own = beginningOn(day, sheet.shifts).filter(({ agent_id }) => agent_id === agentId);
  const off = offOn(day, agentId, sheet.changes);
  return (
    <span className="flex flex-col gap-0.5">
      {own.map((shift) => (
        <span key={shift.starts_at} className="tabular whitespace-nowrap">
          {spanText(shift)}
          {shift.is_changed && <span className="ms-1 text-12 text-warn">{t('rota.changed')}</span>}
        </span>
      ))}
      {off && <span className="text-muted">{offText(off)}</span>}
    </span>
  );
}

function cellText(day: Day, agentId: Id, sheet: RotaSheet): string {
  const own = beginningOn(day, sheet.shifts).filter(({ agent_id }) => agent_id === agentId);
  const off = offOn(day, agentId, sheet.changes);
  const texts = [
    ...own.map((shift) => (shift.is_changed ? `${spanText(shift)} (${t('rota.changed')})` : spanText(shift))),
    ...(off ? [offText(off)] : []),
  ];
  return texts.length === 0 ? t('rota.no_shift') : texts.join(', ');
}

/** Where it is open and nobody works, under the people. */
function GapRow({ days, sheet, now }: Pick<WeekProps, 'days' | 'sheet' | 'now'>) {
  const teams = useStore((state) => state.teams);
  if (sheet.gaps.length === 0) return null;
  return (
    <tfoot>
      <tr className="border-t border-line bg-canvas">
        <th scope="row" className="px-3 py-2 text-start align-top font-medium text-warn">
          {t('rota.gaps')}
        </th>
        {days.map((day) => (
          <td key={day.key} className="relative border-s border-line px-2 pt-3 pb-1.5 align-top">
            <span aria-hidden className="pointer-events-none absolute inset-0">
              {gapsOn(day, sheet.gaps).map((gap) => (
                <span
                  key={`${gap.team_id} ${gap.starts_at}`}
                  style={placed(day, gap)}
                  className="absolute top-1 h-1.5 rounded-full bg-warn"
                />
              ))}
              <NowLine day={day} now={now} />
            </span>
            <ul>
              {gapsOn(day, sheet.gaps).map((gap) => (
                <li key={`${gap.team_id} ${gap.starts_at}`} className="tabular text-warn">
                  {spanText(gap)}
                  <bdi className="block truncate text-12 text-muted">{teams.get(gap.team_id)?.name}</bdi>
                </li>
              ))}
            </ul>
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

/** The end of a day is told as its midnight. */
export function gapText(gap: Timed): string {
  return t('rota.gap_short', { from: formatTime(gap.starts_at), to: formatTime(gap.ends_at) });
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const cell = (event.target as HTMLElement).dataset.cell;
  if (step === undefined || cell === undefined) return;
  event.preventDefault();
  const towards = document.dir === 'rtl' ? -1 : 1;
  const [row = 0, column = 0] = cell.split(' ').map(Number);
  const next = `${row + step[0]} ${column + towards * step[1]}`;
  event.currentTarget.querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus();
}
