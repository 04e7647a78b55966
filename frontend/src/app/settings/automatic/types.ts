import type { components } from '@/shared/schema';

type Schemas = components['schemas'];

export type AutomaticReply = Schemas['KeptReply'];
export type Kind = AutomaticReply['kind'];
export type Wording = AutomaticReply['wordings'][number];
export type Preview = Schemas['AutomaticPreview'];
export type Manners = Required<NonNullable<Schemas['WorkspaceSettings']['automatic']>>;

/** Where a reply is said: on a channel, to a team's customers, or everywhere. */
export type Place = Pick<AutomaticReply, 'channel_id' | 'team_id'>;

export const EVERYWHERE: Place = { channel_id: null, team_id: null };

export function isSamePlace(one: Place, other: Place): boolean {
  return one.channel_id === other.channel_id && one.team_id === other.team_id;
}
