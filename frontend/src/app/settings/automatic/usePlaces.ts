import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { useChannels } from '../channels/useChannels';
import { EVERYWHERE, type Place } from './types';

export interface NamedPlace {
  readonly key: string;
  readonly place: Place;
  readonly name: string;
}

/** Everywhere, each channel, each team: where something of its own may be said. */
export function usePlaces(): readonly NamedPlace[] {
  const channels = useChannels().data ?? [];
  const teams = useStore((state) => state.teams);
  return [
    { key: '', place: EVERYWHERE, name: t('automatic.everywhere') },
    ...channels
      .filter(({ state }) => state !== 'disconnected')
      .map(({ id, name }) => ({
        key: id,
        place: { channel_id: id, team_id: null },
        name: t('automatic.channel', { name }),
      })),
    ...[...teams.values()].map(({ id, name }) => ({
      key: id,
      place: { channel_id: null, team_id: id },
      name: t('automatic.team', { name }),
    })),
  ];
}
