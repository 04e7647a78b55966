import { describe, expect, test } from 'vitest';
import type { LiveAgent, LiveGroup } from '@/shared/api/types';
import { sounds } from './alarm';
import {
  behindFigure,
  behindLoad,
  EVERYWHERE,
  FIGURES,
  NO_TEAM,
  placesOf,
  shownAgents,
  squaresOf,
  sumOf,
} from './figures';
import { formatTick } from './times';

const ALL = { teamId: EVERYWHERE, channelId: EVERYWHERE };
const NONE = { waiting: 0, waiting_unassigned: 0, unassigned: 0, pressing: 0, late: 0, closing: 0, failed: 0 };

function group(team_id: string | null, channel_id: string, change: Partial<LiveGroup> = {}): LiveGroup {
  return { team_id, channel_id, ...NONE, longest_waiting_since: null, ...change };
}

function agent(id: string, change: Partial<LiveAgent> = {}): LiveAgent {
  return {
    id,
    availability: 'online',
    away_reason: '',
    available_since: null,
    capacity: 5,
    load: 0,
    is_day_full: false,
    waiting: 0,
    pressing: 0,
    late: 0,
    longest_waiting_since: null,
    answered_at: null,
    ...change,
  };
}

describe('sums', () => {
  const groups = [
    group('a', '1', { waiting: 2, longest_waiting_since: '2026-05-04T12:00:00Z' }),
    group('a', '2', { waiting: 3, failed: 1, longest_waiting_since: '2026-05-04T11:00:00Z' }),
    group(null, '1', { waiting: 4 }),
  ];

  test('are those of everything, of a team, of a channel, and of no team', () => {
    expect(sumOf(groups, ALL)).toMatchObject({ waiting: 9, failed: 1, longestSince: '2026-05-04T11:00:00Z' });
    expect(sumOf(groups, { ...ALL, teamId: 'a' }).waiting).toBe(5);
    expect(sumOf(groups, { teamId: 'a', channelId: '1' })).toMatchObject({
      waiting: 2,
      longestSince: '2026-05-04T12:00:00Z',
    });
    expect(sumOf(groups, { ...ALL, teamId: NO_TEAM })).toMatchObject({ waiting: 4, longestSince: null });
    expect(sumOf([], ALL)).toEqual({ ...NONE, longestSince: null });
  });
});

describe('agents', () => {
  test('have one square for each place, what presses first, and more where they bear more', () => {
    expect(squaresOf(agent('a', { load: 4, waiting: 3, pressing: 1, late: 1 }))).toEqual([
      'late',
      'pressing',
      'waiting',
      'answered',
      'free',
    ]);
    expect(squaresOf(agent('a', { load: 3, capacity: 2 }))).toEqual(['answered', 'answered', 'answered']);
  });

  test('who is away and has nobody is not shown, and who lets somebody wait too long comes first', () => {
    const shown = shownAgents([
      agent('busy', { availability: 'busy' }),
      agent('gone', { availability: 'offline' }),
      agent('left', { availability: 'offline', load: 1 }),
      agent('calm'),
      agent('late', { late: 1 }),
    ]);
    expect(shown.map(({ id }) => id)).toEqual(['late', 'calm', 'busy', 'left']);
  });

  test('only who is online has free places, and nobody has fewer than none', () => {
    const agents = [agent('a', { load: 2 }), agent('b', { load: 9 }), agent('c', { availability: 'busy' })];
    expect(placesOf(agents)).toEqual({ free: 3, of: 10, online: 2, busy: 1 });
  });
});

describe('the list behind a figure', () => {
  test('is a view where there is one', () => {
    expect(behindFigure('waiting', ALL)).toEqual({ href: '/inbox/waiting', filter: null });
    expect(behindFigure('failed', ALL).href).toBe('/inbox/failed');
    expect(behindFigure('unassigned', { ...ALL, teamId: 'a' }).href).toBe('/inbox/team-a-unassigned');
  });

  test('is a filter elsewhere, which names the team and the channel', () => {
    for (const name of FIGURES) {
      const { href, filter } = behindFigure(name, { teamId: NO_TEAM, channelId: 'c' });
      expect(href).toBe('/inbox/filter');
      expect(filter?.filter.of?.slice(-2)).toEqual([
        { kind: 'condition', field: 'team', operator: 'empty', values: [] },
        { kind: 'condition', field: 'channel', operator: 'any_of', values: ['c'] },
      ]);
    }
  });

  test('of what somebody has in hand asks for who waits, or in which was written lately', () => {
    expect(behindLoad('a', 30).filter?.filter.of?.at(-1)).toMatchObject({
      match: 'any',
      of: [{ field: 'waiting' }, { field: 'last_activity', values: ['30m'] }],
    });
    expect(behindLoad('a', 0).filter?.filter.of?.at(-1)).toMatchObject({ of: [{ field: 'waiting' }] });
  });
});

describe('the sound', () => {
  const calm = { late: 0, oldestMs: null };
  test('comes with each who becomes late, and never by itself', () => {
    expect(sounds('late', calm, { late: 1, oldestMs: 1 })).toBe(true);
    expect(sounds('late', { late: 2, oldestMs: 1 }, { late: 1, oldestMs: 1 })).toBe(false);
    expect(sounds('off', calm, { late: 1, oldestMs: 1 })).toBe(false);
    expect(sounds('late', null, { late: 1, oldestMs: 1 })).toBe(false);
  });

  test('comes once when the oldest has waited so long', () => {
    const before = { late: 0, oldestMs: 119_000 };
    const over = { late: 0, oldestMs: 120_000 };
    expect(sounds('2', before, over)).toBe(true);
    expect(sounds('2', over, { late: 0, oldestMs: 121_000 })).toBe(false);
    expect(sounds('late', before, over)).toBe(false);
  });
});

test('a wait tells its seconds for a day', () => {
  expect(formatTick(-5)).toBe('0:00');
  expect(formatTick(374_900)).toBe('6:14');
  expect(formatTick(3 * 3_600_000 + 5_000)).toBe('3:00:05');
});
