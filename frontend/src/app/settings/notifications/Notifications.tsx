import { Volume2 } from 'lucide-react';
import { playTone, TONES } from '@/app/reach/sound';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { changePreferences, usePreferences, type PreferencesChange } from '@/shared/preferences';
import { Button } from '@/shared/ui/Button';
import { Select } from '@/shared/ui/Select';
import { Slider } from '@/shared/ui/Slider';
import { Switch } from '@/shared/ui/Switch';
import { act } from '../act';
import { Block, Page } from '../parts/Page';
import { QuietTimes } from './QuietTimes';
import { ThisBrowser } from './ThisBrowser';
import { WaysTable } from './WaysTable';

export type Choose = (change: PreferencesChange) => void;

/** What sounds, when it is quiet, and what reaches the agent by which way: on every device alike. */
export function Notifications() {
  const preferences = usePreferences();
  const choose: Choose = (change) => void act(() => changePreferences(change));
  return (
    <Page
      group={t('settings.group.you')}
      title={t('settings.notifications.title')}
      text={t('settings.notifications.text')}
    >
      <Block title={t('settings.notifications.tone')} text={t('settings.notifications.tone_text')}>
        <div className="grid items-end gap-4 sm:grid-cols-2">
          <Select
            label={t('settings.notifications.tone_name')}
            value={preferences.tone}
            options={TONES.map((value) => ({ value, label: t(`settings.notifications.tone_${value}`) }))}
            onValueChange={(tone) => {
              playTone(tone, preferences.volume);
              choose({ tone });
            }}
          />
          <Slider
            label={t('settings.notifications.volume')}
            value={preferences.volume}
            min={0}
            max={100}
            step={5}
            shown={formatNumber(preferences.volume / 100, { style: 'percent' })}
            disabled={preferences.tone === 'none'}
            onValueCommit={(volume) => {
              playTone(preferences.tone, volume);
              choose({ volume });
            }}
          />
        </div>
        <Button
          icon={Volume2}
          className="self-start"
          disabled={preferences.tone === 'none'}
          onClick={() => playTone(preferences.tone, preferences.volume)}
        >
          {t('settings.notifications.test')}
        </Button>
        <Switch
          label={t('settings.notifications.repeats')}
          hint={t('settings.notifications.repeats_hint')}
          checked={preferences.repeats_tone}
          disabled={preferences.tone === 'none'}
          onCheckedChange={(repeats_tone) => choose({ repeats_tone })}
        />
      </Block>
      <QuietTimes preferences={preferences} choose={choose} />
      <WaysTable preferences={preferences} choose={choose} />
      <ThisBrowser />
    </Page>
  );
}
