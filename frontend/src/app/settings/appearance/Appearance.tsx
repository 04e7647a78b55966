import { useId } from 'react';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { TEXT_SIZES_PX, type Theme } from '@/shared/look';
import { changePreferences, usePreferences, type PreferencesChange } from '@/shared/preferences';
import { Avatar } from '@/shared/ui/Avatar';
import { Select } from '@/shared/ui/Select';
import { Slider } from '@/shared/ui/Slider';
import { Switch } from '@/shared/ui/Switch';
import { act } from '../act';
import { Page } from '../parts/Page';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const WARNINGS_MIN = [0, 30, 60, 120, 240, 480, 720, 1440] as const;
const SAMPLE_NAME = 'Elin Sandberg';

/** How the desk looks to this agent, on every device they sign in with. */
export function Appearance() {
  const { theme, text_size_px: size, density, window_warning_min: warning } = usePreferences();
  const choose = (change: PreferencesChange): void => void act(() => changePreferences(change));
  return (
    <Page
      group={t('settings.group.you')}
      title={t('settings.appearance.title')}
      text={t('settings.appearance.text')}
      aside={<Sample />}
    >
      <Select
        label={t('settings.appearance.theme')}
        value={theme}
        options={THEMES.map((value) => ({ value, label: t(`settings.appearance.theme_${value}`) }))}
        onValueChange={(next) => choose({ theme: next })}
      />
      <Slider
        label={t('settings.appearance.text_size')}
        value={size}
        min={TEXT_SIZES_PX.smallest}
        max={TEXT_SIZES_PX.largest}
        shown={t('settings.appearance.pixels', { size: formatNumber(size) })}
        onValueCommit={(next) => choose({ text_size_px: next })}
      />
      <Switch
        label={t('settings.appearance.density')}
        hint={t('settings.appearance.density_hint')}
        checked={density === 'compact'}
        onCheckedChange={(isCompact) => choose({ density: isCompact ? 'compact' : 'comfortable' })}
      />
      <Select
        label={t('settings.appearance.window')}
        hint={t('settings.appearance.window_hint')}
        value={String(warning)}
        options={[...new Set([...WARNINGS_MIN, warning])]
          .sort((a, b) => a - b)
          .map((minutes) => ({
            value: String(minutes),
            label: minutes === 0 ? t('settings.appearance.window_never') : formatSpan(minutes * 60_000),
          }))}
        onValueChange={(minutes) => choose({ window_warning_min: Number(minutes) })}
      />
    </Page>
  );
}

/** A row of the list and a message as they are now. */
function Sample() {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2">
      <h2 id={id} className="text-12 font-medium text-muted">
        {t('settings.appearance.sample')}
      </h2>
      <div className="flex h-(--row) items-center gap-3 rounded-lg bg-accent-soft px-2.5 text-13">
        <Avatar name={SAMPLE_NAME} seed="elin" ground="accent-soft" />
        <span className="grid min-w-0 flex-1">
          <span className="truncate font-semibold">{SAMPLE_NAME}</span>
          <span className="truncate">{t('settings.appearance.sample_text')}</span>
        </span>
      </div>
      <p className="w-fit max-w-full rounded-xl bg-canvas px-3 py-2 text-14">{t('settings.appearance.sample_text')}</p>
    </section>
  );
}
