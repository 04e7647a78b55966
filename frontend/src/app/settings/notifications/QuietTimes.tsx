import { BellOff } from 'lucide-react';
import { browserZone, isQuiet, zoneOnce } from '@/app/reach/quiet';
import type { Preferences } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Switch } from '@/shared/ui/Switch';
import { ClockField } from '../parts/ClockField';
import { Block } from '../parts/Page';
import type { Choose } from './Notifications';
import { quietPresets } from './clock';

const NIGHT = { from_minute: 20 * 60, to_minute: 8 * 60 };

export interface QuietTimesProps {
  readonly preferences: Preferences;
  readonly choose: Choose;
}

/** Do not disturb: until a moment, and every day between two times of the agent's zone. */
export function QuietTimes({ preferences, choose }: QuietTimesProps) {
  const now = useMinute();
  const until = preferences.quiet_until;
  const isUntil = until !== null && Date.parse(until) > now;
  const hours = preferences.quiet_hours;
  return (
    <Block title={t('settings.notifications.quiet')} text={t('settings.notifications.quiet_text')}>
      {isQuiet(preferences, new Date(now)) && (
        <div className="flex flex-wrap items-center gap-3">
          <Badge state="warn" icon={BellOff}>
            {isUntil
              ? t('settings.notifications.quiet_until', { time: formatNear(until, now) })
              : t('settings.notifications.quiet_now')}
          </Badge>
          {isUntil && (
            <Button look="link" onClick={() => choose({ quiet_until: null })}>
              {t('settings.notifications.quiet_end')}
            </Button>
          )}
        </div>
      )}
      <div role="group" aria-label={t('settings.notifications.quiet_for')} className="flex flex-wrap gap-2">
        {quietPresets(new Date(now)).map(({ name, at }) => (
          <Button key={name} onClick={() => choose({ quiet_until: at.toISOString() })}>
            {t(`settings.notifications.quiet_${name}`)}
          </Button>
        ))}
      </div>
      <Switch
        label={t('settings.notifications.hours')}
        hint={t('settings.notifications.hours_hint', { zone: preferences.time_zone || browserZone() })}
        checked={hours !== null}
        onCheckedChange={(isOn) => choose({ quiet_hours: isOn ? NIGHT : null, ...zoneOnce(preferences) })}
      />
      {hours !== null && (
        <div className="flex flex-wrap gap-4">
          <ClockField
            label={t('settings.notifications.from')}
            minute={hours.from_minute}
            onChange={(from_minute) => choose({ quiet_hours: { ...hours, from_minute }, ...zoneOnce(preferences) })}
          />
          <ClockField
            label={t('settings.notifications.to')}
            minute={hours.to_minute}
            onChange={(to_minute) => choose({ quiet_hours: { ...hours, to_minute }, ...zoneOnce(preferences) })}
          />
        </div>
      )}
    </Block>
  );
}
