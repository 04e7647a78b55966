import { CalendarOff, CalendarPlus, CalendarRange, Repeat2, Undo2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { useMay } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import type { RotaSheet } from '../types';
import type { Asking } from './Rota';
import { beginningOn, holdingOn, type Day } from './sheet';
import type { RotaEdit } from './useRota';
import { spanText } from './words';

export interface CellMenuProps {
  readonly agentId: Id;
  readonly day: Day;
  readonly sheet: RotaSheet;
  readonly edit: RotaEdit;
  readonly onAsk: (asking: Asking) => void;
  readonly trigger: ReactElement;
}

/** Whether this reader can do anything about somebody's day. */
export function useMayTouch(): (agentId: Id) => boolean {
  const mayPlan = useMay('rota:manage');
  const me = useStore((state) => state.me);
  return (agentId) => mayPlan || agentId === me;
}

/** What can be done about one day of somebody: put down by who plans, asked by everybody else. */
export function CellMenu({ agentId, day, sheet, edit, onAsk, trigger }: CellMenuProps) {
  const mayPlan = useMay('rota:manage');
  const shifts = beginningOn(day, sheet.shifts).filter(({ agent_id }) => agent_id === agentId);
  const holding = mayPlan ? holdingOn(day, agentId, sheet.changes) : [];
  return (
    <Menu trigger={trigger} align="start">
      {shifts.map((shift) => (
        <MenuItem key={shift.starts_at} icon={Repeat2} onClick={() => onAsk({ kind: 'swap', agentId, shift })}>
          {t(mayPlan ? 'rota.give' : 'rota.offer', { span: spanText(shift) })}
        </MenuItem>
      ))}
      <MenuItem icon={CalendarOff} onClick={() => onAsk({ kind: 'off', agentId, day: day.key })}>
        {t(mayPlan ? 'rota.put_off' : 'rota.ask_off')}
      </MenuItem>
      <MenuItem icon={CalendarPlus} onClick={() => onAsk({ kind: 'extra', agentId, day: day.key })}>
        {t(mayPlan ? 'rota.put_extra' : 'rota.ask_extra')}
      </MenuItem>
      {mayPlan && (
        <MenuItem icon={CalendarRange} onClick={() => onAsk({ kind: 'plan', agentId, day: day.key })}>
          {t('rota.change_weeks')}
        </MenuItem>
      )}
      {holding.length > 0 && <MenuSeparator />}
      {holding.map((change) => (
        <MenuItem key={change.id} icon={Undo2} onClick={() => void edit.withdraw(change)}>
          {t('rota.take_back', { what: t(`rota.kind_${change.kind}`) })}
        </MenuItem>
      ))}
    </Menu>
  );
}
