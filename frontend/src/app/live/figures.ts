/** What the live screen counts, and the list behind each figure. Pure. */
import type { Filter, FilterCondition, Id, Live, LiveAgent, LiveGroup, Time } from '@/shared/api/types';
import type { FilterOfNow } from '../filters/useFilter';
import { paths, teamView, type TeamView } from '../paths';

/** Everything, or one team and one channel; `NO_TEAM`: what no team has. */
export interface Scope {
  readonly teamId: string;
  readonly channelId: string;
}

export const EVERYWHERE = '';
export const NO_TEAM = 'none';

export const FIGURES = ['waiting', 'oldest', 'unassigned', 'pressing', 'late', 'closing', 'failed'] as const;
export type FigureName = (typeof FIGURES)[number];

type Counted = Exclude<keyof LiveGroup, 'team_id' | 'channel_id' | 'longest_waiting_since'>;

export type Sums = Readonly<Record<Counted, number>> & { readonly longestSince: Time | null };

export function isInScope(
  { team_id, channel_id }: { readonly team_id: Id | null; readonly channel_id: Id },
  scope: Scope,
): boolean {
  const isTeam = scope.teamId === EVERYWHERE || (team_id ?? NO_TEAM) === scope.teamId;
  return isTeam && (scope.channelId === EVERYWHERE || channel_id === scope.channelId);
}

export function sumOf(groups: readonly LiveGroup[], scope: Scope): Sums {
  const sums = { waiting: 0, waiting_unassigned: 0, unassigned: 0, pressing: 0, late: 0, closing: 0, failed: 0 };
  let longestSince: Time | null = null;
  for (const group of groups) {
    if (!isInScope(group, scope)) continue;
    for (const name of Object.keys(sums) as Counted[]) sums[name] += group[name];
    const since = group.longest_waiting_since;
    if (since !== null && (longestSince === null || since < longestSince)) longestSince = since;
  }
  return { ...sums, longestSince };
}

export interface Places {
  readonly free: number;
  readonly of: number;
  readonly online: number;
  readonly busy: number;
}

/** Who is online has places; who is busy keeps their own and gets nothing new. */
export function placesOf(agents: readonly LiveAgent[]): Places {
  const online = agents.filter(({ availability }) => availability === 'online');
  return {
    free: online.reduce((sum, { capacity, load }) => sum + Math.max(0, capacity - load), 0),
    of: online.reduce((sum, { capacity }) => sum + capacity, 0),
    online: online.length,
    busy: agents.filter(({ availability }) => availability === 'busy').length,
  };
}

export type Square = 'late' | 'pressing' | 'waiting' | 'answered' | 'free';

/** An agent's places, one square each: what presses most first, then what is answered, then what is free. */
export function squaresOf({ late, pressing, waiting, load, capacity }: LiveAgent): Square[] {
  const many = (square: Square, count: number) => Array<Square>(Math.max(0, count)).fill(square);
  return [
    ...many('late', late),
    ...many('pressing', pressing),
    ...many('waiting', waiting - late - pressing),
    ...many('answered', load - waiting),
    ...many('free', capacity - load),
  ];
}

const RANK = { online: 0, busy: 1, offline: 2 } as const;

/** Who is there first, by what presses; of those who are not, only whoever still has somebody. */
export function shownAgents(agents: readonly LiveAgent[]): LiveAgent[] {
  return agents
    .filter(({ availability, load }) => availability !== 'offline' || load > 0)
    .sort(
      (a, b) =>
        RANK[a.availability] - RANK[b.availability] ||
        b.late - a.late ||
        b.pressing - a.pressing ||
        b.load - a.load ||
        (a.id < b.id ? -1 : 1),
    );
}

/** The list behind a figure: an address, and the filter that it means where no view does. */
export interface Behind {
  readonly href: string;
  readonly filter: FilterOfNow | null;
}

const VIEW_OF: Partial<Record<FigureName, TeamView>> = { waiting: 'waiting', unassigned: 'unassigned' };

export function behindFigure(name: FigureName, scope: Scope): Behind {
  const isOfOneTeam = scope.teamId !== EVERYWHERE && scope.teamId !== NO_TEAM;
  const view = VIEW_OF[name];
  if (scope.channelId === EVERYWHERE) {
    if (view !== undefined && isOfOneTeam) return viewed(paths.inbox(teamView(scope.teamId, view)));
    if (scope.teamId === EVERYWHERE && view !== undefined) return viewed(paths.inbox(view as 'waiting' | 'unassigned'));
    if (scope.teamId === EVERYWHERE && name === 'failed') return viewed(paths.inbox('failed'));
  }
  return filtered([...conditionsOf(name), ...conditionsOfScope(scope)], ORDERS[name]);
}

export function behindLoad(agentId: Id, activeMin: number): Behind {
  const recent: Filter = {
    kind: 'group',
    match: 'any',
    of: [asked('waiting', 'yes'), ...(activeMin > 0 ? [asked('last_activity', 'in_last', [`${activeMin}m`])] : [])],
  };
  return filtered([asked('state', 'any_of', ['open']), asked('assignee', 'any_of', [agentId]), recent], 'newest');
}

export function behindWaitingOf(agentId: Id): Behind {
  const mine = asked('assignee', 'any_of', [agentId]);
  return filtered([asked('state', 'any_of', ['open']), mine, asked('waiting', 'yes')], 'longest');
}

const ORDERS: Readonly<Record<FigureName, FilterOfNow['order']>> = {
  waiting: 'due',
  oldest: 'longest',
  unassigned: 'newest',
  pressing: 'due',
  late: 'due',
  closing: 'newest',
  failed: 'newest',
};

function conditionsOf(name: FigureName): FilterCondition[] {
  switch (name) {
    case 'waiting':
    case 'oldest':
      return [asked('waiting', 'yes')];
    case 'unassigned':
      return [asked('state', 'any_of', ['open', 'pending']), asked('assignee', 'empty')];
    case 'pressing':
      return [asked('pressing', 'yes')];
    case 'late':
      return [asked('late', 'yes')];
    case 'closing':
      return [asked('state', 'any_of', ['open', 'pending', 'snoozed']), asked('window_closes', 'in_next', ['1h'])];
    case 'failed':
      return [asked('not_delivered', 'yes')];
  }
}

function conditionsOfScope({ teamId, channelId }: Scope): FilterCondition[] {
  return [
    ...(teamId === EVERYWHERE ? [] : [teamId === NO_TEAM ? asked('team', 'empty') : asked('team', 'any_of', [teamId])]),
    ...(channelId === EVERYWHERE ? [] : [asked('channel', 'any_of', [channelId])]),
  ];
}

function asked(field: string, operator: FilterCondition['operator'], values: string[] = []): FilterCondition {
  return { kind: 'condition', field, operator, values };
}

function viewed(href: string): Behind {
  return { href, filter: null };
}

function filtered(of: NonNullable<Filter['of']>, order: FilterOfNow['order']): Behind {
  return { href: paths.inbox('filter'), filter: { filter: { kind: 'group', match: 'all', of }, order } };
}

/** The rows of a list that stand in this scope, in the order they came. */
export function rowsOf(live: Live, ids: readonly Id[], scope: Scope): Live['conversations'] {
  const rows = new Map(live.conversations.map((row) => [row.id, row]));
  return ids
    .map((id) => rows.get(id))
    .filter((row) => row !== undefined && isInScope(row, scope)) as Live['conversations'];
}
