/** How a call-back ended: reached, or not – then when it is tried again. */
import { PhoneMissed, PhoneOff, RotateCcw } from 'lucide-react';
import type { CallOutcome, Task, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { theirMorning } from '../thread/snooze';

const MINUTE_MS = 60_000;
const AGAIN_IN = [15, 60, 240] as const;

export interface CallEndProps {
  readonly task: Task;
  readonly onCall: (outcome: CallOutcome, againAt: Time | null) => void;
}

export function CallEnd({ task, onCall }: CallEndProps) {
  const again = (at: Date) => onCall('not_reached', at.toISOString());
  const morning = theirMorning(new Date(), task.time_zone);
  return (
    <div className="flex flex-wrap gap-1.5 pt-1">
      <Button size="small" onClick={() => onCall('reached', null)}>
        {t('call.reached')}
      </Button>
      <Menu
        align="start"
        trigger={
          <Button size="small" icon={PhoneMissed}>
            {t('call.not_reached')}
          </Button>
        }
      >
        {AGAIN_IN.map((minutes) => (
          <MenuItem key={minutes} icon={RotateCcw} onClick={() => again(new Date(Date.now() + minutes * MINUTE_MS))}>
            {minutes < 60
              ? t('call.again_minutes', { count: minutes })
              : t('call.again_hours', { count: minutes / 60 })}
          </MenuItem>
        ))}
        <MenuItem icon={RotateCcw} onClick={() => again(morning)}>
          {t(task.time_zone === '' ? 'call.again_at' : 'call.again_theirs', {
            when: formatNear(morning.toISOString(), Date.now()),
          })}
        </MenuItem>
        <MenuItem icon={PhoneOff} onClick={() => onCall('not_reached', null)}>
          {t('call.give_up')}
        </MenuItem>
      </Menu>
    </div>
  );
}
