import { expect, test } from 'vitest';
import type { Agent, Team } from '@/shared/api/types';
import type { LeftChat, Scheduling } from './calls';
import {
  chatWish,
  fateForAll,
  fateOf,
  fatesOf,
  receivers,
  scheduledFateOf,
  scheduledFates,
  schedulingWish,
  usualFate,
  type Around,
  type Fate,
} from './fates';

const TOMORROW = new Date('2026-11-28T09:00:00Z');

function agent(id: string, availability: Agent['availability'], isActive = true): Agent {
  return { id, name: id, availability, away_reason: '', is_active: isActive } as Agent;
}

const AROUND: Around = {
  agentId: 'me',
  isGoing: false,
  agents: [
    agent('off', 'offline'),
    agent('me', 'online'),
    agent('gone', 'offline', false),
    agent('busy', 'busy'),
    agent('on', 'online'),
  ],
  offDuty: new Map(),
  teams: [{ id: 'sales', name: 'Sales' } as Team],
  presets: [{ name: 'tomorrow', at: TOMORROW }],
};
const GOING: Around = { ...AROUND, isGoing: true };

function chat(given: Partial<LeftChat['conversation']> = {}): LeftChat {
  const conversation = {
    id: 'c',
    state: 'open',
    waiting_since: null,
    paused_at: null,
    team_id: null,
    snoozed_until: null,
  };
  return { conversation: { ...conversation, ...given } as LeftChat['conversation'], drafts: [] };
}

const WAITING = chat({ waiting_since: '2026-11-27T08:00:00Z' });

test('who waits is neither kept nor resolved nor given to somebody offline', () => {
  expect(fatesOf(WAITING, AROUND)).toEqual([
    'agent-on',
    'agent-busy',
    'team-sales',
    'everybody',
    'snooze-tomorrow',
    'snooze-reply',
  ]);
});

test('what is quiet may be anything, also of somebody offline', () => {
  const fates = fatesOf(chat(), AROUND);
  expect(fates).toContain('agent-off');
  expect([fates[0], fates.at(-1)]).toEqual(['keep', 'resolve']);
  expect(fates).not.toContain('agent-me');
  expect(fates).not.toContain('agent-gone');
});

test('what stands in a stage in which the clock stands still is quiet', () => {
  expect(usualFate(chat({ waiting_since: '2026-11-27T08:00:00Z', paused_at: '2026-11-27T08:05:00Z' }), AROUND)).toBe(
    'keep',
  );
});

test('nothing chosen: quiet stays, who waits goes back to the queue, what sleeps sleeps on', () => {
  expect(usualFate(chat(), AROUND)).toBe('keep');
  expect(usualFate(WAITING, AROUND)).toBe('everybody');
  expect(usualFate(chat({ ...WAITING.conversation, state: 'snoozed' }), AROUND)).toBe('snooze-same');
});

test('of somebody who goes for good whoever waits in no team has to be chosen for', () => {
  expect(usualFate(WAITING, GOING)).toBe('');
  expect(usualFate(chat({ ...WAITING.conversation, team_id: 'sales' }), GOING)).toBe('everybody');
});

test('a choice that is not allowed any more is none: the customer wrote meanwhile', () => {
  expect(fateOf(chat(), 'resolve', AROUND)).toBe('resolve');
  expect(fateOf(WAITING, 'resolve', AROUND)).toBe('everybody');
  expect(fateOf(WAITING, 'agent-off', AROUND)).toBe('everybody');
});

test('one choice for all is left out where it may not be', () => {
  const quiet = chat({ id: 'q' });
  expect([...fateForAll([WAITING, quiet], 'agent-off', AROUND)]).toEqual([['q', 'agent-off']]);
  expect(fateForAll([WAITING, quiet], 'team-sales', AROUND).size).toBe(2);
});

test.each<[Fate, object]>([
  ['agent-on', { choice: 'hand', assignee_id: 'on', team_id: null, note: 'Hello' }],
  ['team-sales', { choice: 'hand', assignee_id: null, team_id: 'sales', note: 'Hello' }],
  ['everybody', { choice: 'hand', assignee_id: null, team_id: null, note: 'Hello' }],
  ['snooze-tomorrow', { choice: 'snooze', until: TOMORROW.toISOString() }],
  ['snooze-reply', { choice: 'snooze', until: null }],
  ['keep', { choice: 'keep' }],
  ['resolve', { choice: 'resolve' }],
])('%s is told as such', (fate, wish) => {
  expect(chatWish(chat(), fate, ' Hello ', AROUND)).toEqual({ conversation_id: 'c', ...wish });
});

test('what is snoozed stays snoozed until the same moment', () => {
  const asleep = chat({ state: 'snoozed', snoozed_until: '2026-12-01T09:00:00Z' });
  expect(chatWish(asleep, 'snooze-same', '', AROUND)).toMatchObject({ until: '2026-12-01T09:00:00Z' });
});

test('nothing goes out in the name of somebody who goes for good', () => {
  const waits = { message: { id: 'm', state: 'waiting' } } as Scheduling;
  const held = { message: { id: 'm', state: 'held' } } as Scheduling;
  expect(scheduledFateOf(waits, undefined, AROUND)).toBe('keep');
  expect(scheduledFateOf(waits, 'keep', GOING)).toBe('');
  expect(scheduledFates(GOING, held)).toContain('keep');
  expect(scheduledFates(AROUND, held)).not.toContain('hold');
  expect(schedulingWish(waits, 'agent-on')).toEqual({ scheduled_id: 'm', choice: 'hand', agent_id: 'on' });
  expect(schedulingWish(waits, 'hold')).toEqual({ scheduled_id: 'm', choice: 'hold' });
});

test('whose shift is over comes behind those who are on', () => {
  const around = { ...AROUND, offDuty: new Map([['on', '2026-11-30T09:00:00Z']]) };
  expect(receivers(AROUND, true).map(({ id }) => id)).toEqual(['on', 'busy']);
  expect(receivers(around, true).map(({ id }) => id)).toEqual(['busy', 'on']);
  expect(receivers(around, false).map(({ id }) => id)).toEqual(['busy', 'off', 'on']);
});
