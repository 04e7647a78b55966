import { describe, expect, it } from 'vitest';
import type { Discussion } from '@/shared/api/types';
import { EMPTY } from '@/shared/store/state';
import { calledTo, discussionsOf, unreadDiscussions } from './discussions';

function discussion(id: string, conversationId: string, unread = 0): Discussion {
  return {
    id,
    conversation_id: conversationId,
    contact: { id: 'k', name: 'Ana' },
    subject: id,
    state: 'open',
    member_ids: [],
    is_in_it: true,
    unread,
    last_seq: 1,
    last_note: '',
    last_author_id: null,
    last_note_at: '2026-01-01T00:00:00Z',
    started_by: null,
    started_at: '2026-01-01T00:00:00Z',
  };
}

const state = {
  ...EMPTY,
  discussions: [discussion('a', 'one'), discussion('b', 'two', 3), discussion('c', 'one', 1)],
  merged: new Map([['one', ['two']]]),
};

describe('discussions', () => {
  it('stand beside their conversation and beside what it is read within', () => {
    expect(discussionsOf(state, 'one').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(discussionsOf(state, 'two').map(({ id }) => id)).toEqual(['b']);
    expect(discussionsOf(state, 'three')).toEqual([]);
  });

  it('count as those that have news, and a call leads to one of them', () => {
    expect(unreadDiscussions(state)).toBe(2);
    expect(calledTo(state, 'one')?.id).toBe('c');
    expect(calledTo(state, 'three')).toBeUndefined();
  });
});
