import { describe, expect, it } from 'vitest';
import type { Channel } from '@/shared/api/types';
import { EMPTY } from '@/shared/store/state';
import { makeConversation, ME } from '@/shared/store/testing';
import { refusalOf } from './maySend';

const channel = (settings: Channel['settings']) => ({ id: 'channel-a', settings }) as Channel;
const state = (settings: Channel['settings'], taken: string[] = []) => ({
  ...EMPTY,
  me: ME,
  channels: new Map([['channel-a', channel(settings)]]),
  taken: new Set(taken),
});
const SENDS = ['messages:send'];
const ONLY = { who_sends: 'assignee' };

describe('an answer is refused', () => {
  it('where only the one who has it answers, unless one may assign', () => {
    const others = makeConversation('c', { assignee_id: 'jonas' });
    expect(refusalOf(state(ONLY), others, SENDS)).toBe('only_assignee');
    expect(refusalOf(state(ONLY), others, [...SENDS, 'conversations:assign'])).toBeNull();
    expect(refusalOf(state({}), others, SENDS)).toBeNull();
    expect(refusalOf(state(ONLY), makeConversation('c', { assignee_id: ME }), SENDS)).toBeNull();
    expect(refusalOf(state(ONLY), makeConversation('c'), SENDS)).toBeNull();
  });

  it('to whoever’s role does not write', () => {
    expect(refusalOf(state({}), makeConversation('c'), ['conversations:assign'])).toBe('role');
  });

  it('once the conversation was taken away', () => {
    expect(refusalOf(state({}, ['c']), makeConversation('c'), [...SENDS, 'conversations:assign'])).toBe('taken');
  });
});
