import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Select } from '@/shared/ui/Select';
import { useChannels } from '../channels/useChannels';
import type { Role, Sees } from '../types';

export interface Access {
  readonly role: Role;
  readonly sees: Sees;
  /** Null: every channel, also those that come later. */
  readonly channel_ids: Id[] | null;
}

const ROLES: readonly Role[] = ['agent', 'supervisor', 'admin'];
const SEES: readonly Sees[] = ['all', 'team', 'assigned'];

export interface AccessFieldsProps {
  readonly access: Access;
  readonly onChange: (access: Access) => void;
}

/** What somebody may do, which conversations they see, and on which channels. */
export function AccessFields({ access, onChange }: AccessFieldsProps) {
  return (
    <>
      <Select
        label={t('settings.people.role')}
        value={access.role}
        options={ROLES.map((value) => ({
          value,
          label: t(`settings.role.${value}`),
          hint: t(`settings.role.${value}_hint`),
        }))}
        onValueChange={(role) => onChange({ ...access, role })}
      />
      {access.role === 'agent' && (
        <Select
          label={t('settings.people.sees')}
          value={access.sees}
          options={SEES.map((value) => ({ value, label: t(`settings.people.sees_${value}`) }))}
          onValueChange={(sees) => onChange({ ...access, sees })}
        />
      )}
      {access.role !== 'admin' && (
        <ChannelChoice ids={access.channel_ids} onChange={(channel_ids) => onChange({ ...access, channel_ids })} />
      )}
    </>
  );
}

export interface ChannelChoiceProps {
  readonly ids: Id[] | null;
  readonly onChange: (ids: Id[] | null) => void;
}

/** Every channel, or those that are ticked. */
export function ChannelChoice({ ids, onChange }: ChannelChoiceProps) {
  const { data: channels = [] } = useChannels();
  const live = channels.filter(({ state }) => state !== 'disconnected');

  function toggle(id: Id, isChosen: boolean): void {
    const others = (ids ?? live.map((channel) => channel.id)).filter((other) => other !== id);
    onChange(isChosen ? [...others, id] : others);
  }

  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1.5 text-14 font-medium">{t('settings.people.channels')}</legend>
      <Checkbox
        label={t('settings.people.every_channel')}
        checked={ids === null}
        onCheckedChange={(isEvery) => onChange(isEvery ? null : live.map((channel) => channel.id))}
      />
      {ids !== null &&
        live.map((channel) => (
          <Checkbox
            key={channel.id}
            label={channel.name}
            hint={channel.display_address}
            checked={ids.includes(channel.id)}
            onCheckedChange={(isChosen) => toggle(channel.id, isChosen)}
            className="ps-6"
          />
        ))}
    </fieldset>
  );
}
