import { t } from '@/shared/i18n';
import { changePreferences, usePreferences, type PreferencesChange } from '@/shared/preferences';
import { Select } from '@/shared/ui/Select';
import { act } from '../act';
import { Page } from '../parts/Page';

const HOLDS_S = [0, 3, 5, 10] as const;

/** How answers are written and sent, on every device of this agent. */
export function Writing() {
  const { enter_sends: enterSends, hold_s: holdS } = usePreferences();
  const choose = (change: PreferencesChange): void => void act(() => changePreferences(change));
  return (
    <Page group={t('settings.group.you')} title={t('settings.writing.title')} text={t('settings.writing.text')}>
      <Select
        label={t('settings.writing.enter')}
        value={enterSends === false ? 'line' : 'send'}
        options={[
          { value: 'send', label: t('enter.sends') },
          { value: 'line', label: t('enter.breaks') },
        ]}
        onValueChange={(next) => choose({ enter_sends: next === 'send' })}
      />
      <Select
        label={t('settings.writing.hold')}
        value={String(holdS ?? 0)}
        options={HOLDS_S.map((value) => ({
          value: String(value),
          label: value === 0 ? t('settings.writing.hold_none') : t('settings.writing.hold_s', { count: value }),
        }))}
        onValueChange={(next) => choose({ hold_s: Number(next) })}
      />
    </Page>
  );
}
