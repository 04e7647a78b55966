/**
 * What may become of a chat or a scheduled message, as one choice each, and what the server is told of it. A fate is a
 * word of a list: `agent-<id>`, `team-<id>`, `everybody`, `snooze-<preset>`, `keep`, `resolve`; empty: nothing chosen.
 */
import type { Agent, Id, Team } from '@/shared/api/types';
import { waitingSince } from '@/shared/format/waiting';
import type { OffDuty } from '../availability/offDuty';
import type { Preset } from '../thread/snooze';
import type { FinishWish, LeftChat, Scheduling } from './calls';

export type Fate =
  | `agent-${string}`
  | `team-${string}`
  | 'everybody'
  | 'snooze-same'
  | 'snooze-reply'
  | `snooze-${Preset['name']}`
  | 'keep'
  | 'resolve'
  | 'hold'
  | '';

export interface Around {
  /** Who goes. */
  readonly agentId: Id;
  /** They do not work here any more afterwards. */
  readonly isGoing: boolean;
  readonly agents: readonly Agent[];
  /** Whose shift has not begun, or is over. */
  readonly offDuty: OffDuty;
  readonly teams: readonly Team[];
  readonly presets: readonly Preset[];
}

export function isWaiting({ conversation }: LeftChat): boolean {
  return waitingSince(conversation) !== null;
}

/** Those who can take a chat: where the customer waits, only who is there. */
export function receivers({ agentId, agents, offDuty }: Around, waits: boolean): Agent[] {
  return agents
    .filter((agent) => agent.is_active && agent.id !== agentId && !(waits && agent.availability === 'offline'))
    .sort((a, b) => order(a, offDuty) - order(b, offDuty) || a.name.localeCompare(b.name));
}

/** Who is online and on duty comes first. */
function order({ id, availability }: Agent, offDuty: OffDuty): number {
  return ['online', 'busy', 'offline'].indexOf(availability) + (offDuty.has(id) ? 3 : 0);
}

/** In the order in which they are offered. */
export function fatesOf(chat: LeftChat, around: Around): Fate[] {
  const waits = isWaiting(chat);
  const isSnoozed = chat.conversation.state === 'snoozed';
  return [
    ...(waits ? [] : (['keep'] as const)),
    ...receivers(around, waits).map(({ id }) => `agent-${id}` as const),
    ...around.teams.map(({ id }) => `team-${id}` as const),
    'everybody',
    ...(isSnoozed ? (['snooze-same'] as const) : []),
    ...around.presets.map(({ name }) => `snooze-${name}` as const),
    'snooze-reply',
    ...(waits ? [] : (['resolve'] as const)),
  ];
}

/** Before anything is chosen: what is quiet stays, who waits goes back to the queue. */
export function usualFate(chat: LeftChat, around: Around): Fate {
  if (!isWaiting(chat)) return 'keep';
  if (chat.conversation.state === 'snoozed') return 'snooze-same';
  const inTeam = around.teams.some(({ id }) => id === chat.conversation.team_id);
  // Nobody goes for good while whoever waits is left to nobody in particular.
  return around.isGoing && !inTeam ? '' : 'everybody';
}

/** What was chosen, as long as it may be: the customer may have written meanwhile, somebody may have gone. */
export function fateOf(chat: LeftChat, chosen: Fate | undefined, around: Around): Fate {
  return chosen !== undefined && fatesOf(chat, around).includes(chosen) ? chosen : usualFate(chat, around);
}

/** One fate for all, where it is allowed. */
export function fateForAll(chats: readonly LeftChat[], fate: Fate, around: Around): Map<Id, Fate> {
  return new Map(
    chats.flatMap((chat) => (fatesOf(chat, around).includes(fate) ? [[chat.conversation.id, fate] as const] : [])),
  );
}

export function scheduledFates(around: Around, { message }: Scheduling): Fate[] {
  const people = receivers(around, false).map(({ id }) => `agent-${id}` as const);
  const mayKeep = !around.isGoing || message.state === 'held';
  return [...(mayKeep ? (['keep'] as const) : []), ...(message.state === 'held' ? [] : (['hold'] as const)), ...people];
}

export function scheduledFateOf(one: Scheduling, chosen: Fate | undefined, around: Around): Fate {
  const fates = scheduledFates(around, one);
  if (chosen !== undefined && fates.includes(chosen)) return chosen;
  return fates.includes('keep') ? 'keep' : '';
}

export function isHanded(fate: Fate): boolean {
  return fate === 'everybody' || fate.startsWith('agent-') || fate.startsWith('team-');
}

type ChatWish = NonNullable<FinishWish['chats']>[number];
type SchedulingWish = NonNullable<FinishWish['scheduled']>[number];

export function chatWish(chat: LeftChat, fate: Fate, note: string, { presets }: Around): ChatWish {
  const wish = { conversation_id: chat.conversation.id, choice: 'keep' as const };
  if (isHanded(fate)) {
    return {
      ...wish,
      choice: 'hand',
      note: note.trim(),
      assignee_id: idIn(fate, 'agent-'),
      team_id: idIn(fate, 'team-'),
    };
  }
  if (fate.startsWith('snooze-')) return { ...wish, choice: 'snooze', until: untilOf(chat, fate, presets) };
  return fate === 'resolve' ? { ...wish, choice: 'resolve' } : wish;
}

export function schedulingWish({ message }: Scheduling, fate: Fate): SchedulingWish {
  const agentId = idIn(fate, 'agent-');
  if (agentId !== null) return { scheduled_id: message.id, choice: 'hand', agent_id: agentId };
  return { scheduled_id: message.id, choice: fate === 'hold' ? 'hold' : 'keep' };
}

function idIn(fate: Fate, prefix: string): Id | null {
  return fate.startsWith(prefix) ? fate.slice(prefix.length) : null;
}

/** Null: until the customer writes. */
function untilOf(chat: LeftChat, fate: Fate, presets: readonly Preset[]): string | null {
  if (fate === 'snooze-same') return chat.conversation.snoozed_until;
  return presets.find(({ name }) => fate === `snooze-${name}`)?.at.toISOString() ?? null;
}
