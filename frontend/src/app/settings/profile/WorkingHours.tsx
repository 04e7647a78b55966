import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { browserZone, zoneOnce } from '@/app/reach/quiet';
import { changePreferences, usePreferences, type PreferencesChange } from '@/shared/preferences';
import { Switch } from '@/shared/ui/Switch';
import { act } from '../act';
import { ClockField } from '../parts/ClockField';
import { Block } from '../parts/Page';

const USUAL = { days: [0, 1, 2, 3, 4], from_minute: 9 * 60, to_minute: 17 * 60 };
const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1, 12);
const DAY_MS = 86_400_000;

/** When this agent works: what wakes outside of it goes to everybody, and "tomorrow" begins when the shift does. */
export function WorkingHours() {
  const preferences = usePreferences();
  const { shift } = preferences;
  const choose = (change: PreferencesChange): void =>
    void act(() => changePreferences({ ...change, ...zoneOnce(preferences) }), { done: t('common.saved') });
  const toggle = (day: number, isOn: boolean): void => {
    if (shift === null) return;
    const days = DAYS.filter((one) => (one === day ? isOn : shift.days.includes(one)));
    if (days.length > 0) choose({ shift: { ...shift, days } });
  };
  return (
    <Block title={t('settings.shift.title')} text={t('settings.shift.text')}>
      <Switch
        label={t('settings.shift.on')}
        hint={t('settings.shift.zone', { zone: preferences.time_zone || browserZone() })}
        checked={shift !== null}
        onCheckedChange={(isOn) => choose({ shift: isOn ? USUAL : null })}
      />
      {shift !== null && (
        <>
          <fieldset>
            <legend className="pb-1.5 text-14 font-medium">{t('settings.shift.days')}</legend>
            <div className="flex flex-wrap gap-1">
              {DAYS.map((day) => (
                <label
                  key={day}
                  className="flex min-h-8 min-w-11 items-center justify-center rounded-md border border-line px-2 text-13 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
                >
                  <input
                    type="checkbox"
                    checked={shift.days.includes(day)}
                    onChange={(event) => toggle(day, event.currentTarget.checked)}
                    className="sr-only"
                  />
                  {formatDate(new Date(MONDAY + day * DAY_MS), { weekday: 'short', timeZone: 'UTC' })}
                </label>
              ))}
            </div>
          </fieldset>
          <div className="flex flex-wrap gap-4">
            <ClockField
              label={t('settings.shift.from')}
              minute={shift.from_minute}
              onChange={(from_minute) => choose({ shift: { ...shift, from_minute } })}
            />
            <ClockField
              label={t('settings.shift.to')}
              minute={shift.to_minute}
              onChange={(minute) => choose({ shift: { ...shift, to_minute: minute === 0 ? 24 * 60 : minute } })}
            />
          </div>
        </>
      )}
    </Block>
  );
}
