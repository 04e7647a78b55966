import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Select } from '@/shared/ui/Select';
import { useChannels } from '../channels/useChannels';
import type { Role, Sees } from '../types';
import { BUILT_IN, useRoles } from './rights';

export interface Access {
  readonly role: Role;
  /** One of the workspace's own, beside the role `agent`; null: a built-in one. */
  readonly role_id: Id | null;
  readonly sees: Sees;
  /** Null: every channel, also those that come later. */
  readonly channel_ids: Id[] | null;
}

const SEES: readonly Sees[] = ['all', 'team', 'assigned'];

export interface AccessFieldsProps {
  readonly access: Access;
  readonly onChange: (access: Access) => void;
}

/** What somebody may do, which conversations they see, and on which channels. */
export function AccessFields({ access, onChange }: AccessFieldsProps) {
  const { data: roles } = useRoles();
  const builtIn = BUILT_IN.map((value: string) => ({
    value,
    label: t(`settings.role.${value as Role}`),
    hint: t(`settings.role.${value as Role}_hint`),
  }));
  const own = roles?.items.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <>
      <Select
        label={t('settings.people.role')}
        value={access.role_id ?? access.role}
        options={[...builtIn, ...own]}
        onValueChange={(value) => onChange({ ...access, ...roleOf(value) })}
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

/** A built-in role by its name, or one of the workspace's own by its id. */
function roleOf(value: string): Pick<Access, 'role' | 'role_id'> {
  const role = BUILT_IN.find((name) => name === value);
  return role === undefined ? { role: 'agent', role_id: value } : { role, role_id: null };
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
