import { describe, expect, it } from 'vitest';
import { EMPTY } from '@/shared/store/state';
import { makeConversation, ME, time } from '@/shared/store/testing';
import { jumpTarget } from './jump';

const rows = [
  makeConversation('short', { assignee_id: ME, waiting_since: time(9) }),
  makeConversation('long', { assignee_id: ME, waiting_since: time(3) }),
  makeConversation('calm', { assignee_id: ME }),
  makeConversation('others', { assignee_id: 'jonas', waiting_since: time(1) }),
];
const state = { ...EMPTY, me: ME, conversations: new Map(rows.map((row) => [row.id, row])) };

describe('the chord', () => {
  it('leads to the longest waiting of my own, and back', () => {
    expect(jumpTarget(state, 'calm', null)).toBe('long');
    expect(jumpTarget(state, 'long', 'calm')).toBe('calm');
    expect(jumpTarget(state, undefined, null)).toBe('long');
  });

  it('leads nowhere where there is nothing to go to', () => {
    expect(jumpTarget(state, 'long', null)).toBeNull();
    expect(jumpTarget({ ...state, conversations: new Map() }, 'calm', null)).toBeNull();
  });
});
