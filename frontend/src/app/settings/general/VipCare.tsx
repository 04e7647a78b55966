import { teamsByName } from '@/app/teams/teams';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Select } from '@/shared/ui/Select';
import type { Workspace } from '../types';

type Settings = Workspace['settings'];

export interface VipCareProps {
  readonly settings: Settings;
  readonly isDisabled: boolean;
  readonly onChange: (care: Partial<Settings>) => void;
}

const NOBODY = '';

/** What happens when an important customer comes, comes back, or becomes important. */
export function VipCare({ settings, isDisabled, onChange }: VipCareProps) {
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const people = [...agents.values()].filter((one) => one.is_active).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="text-14 font-medium">{t('settings.vip.title')}</legend>
      <p className="text-13 text-muted">{t('settings.vip.hint')}</p>
      <div className="grid grid-cols-3 gap-3 max-md:grid-cols-1">
        <Select
          label={t('settings.vip.priority')}
          value={String(settings.vip_priority ?? 2)}
          disabled={isDisabled}
          options={[
            { value: '0', label: t('settings.vip.as_is') },
            ...([1, 2, 3] as const).map((one) => ({ value: String(one), label: t(`priority.${one}`) })),
          ]}
          onValueChange={(priority) => onChange({ vip_priority: Number(priority) })}
        />
        <Select
          label={t('settings.vip.team')}
          value={settings.vip_team_id ?? NOBODY}
          disabled={isDisabled}
          options={[
            { value: NOBODY, label: t('settings.vip.no_team') },
            ...teamsByName(teams).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onValueChange={(id) => onChange({ vip_team_id: id === NOBODY ? null : id })}
        />
        <Select
          label={t('settings.vip.owner')}
          value={settings.vip_assignee_id ?? NOBODY}
          disabled={isDisabled}
          options={[
            { value: NOBODY, label: t('settings.vip.nobody') },
            ...people.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onValueChange={(id) => onChange({ vip_assignee_id: id === NOBODY ? null : id })}
        />
      </div>
    </fieldset>
  );
}
