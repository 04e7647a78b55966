import { describe, expect, it } from 'vitest';
import type { Review } from '@/shared/api/types';
import { countReturned, countToReview, kept, reviewsOf, withWords, wordsOf } from './reviews';

function review(id: string, change: Partial<Review>): Review {
  return {
    id,
    conversation_id: 'one',
    contact: { id: 'k', name: 'Ana' },
    author_id: 'a',
    reviewer_id: null,
    team_id: null,
    contents: [{ kind: 'text', text: 'Hello' }],
    files: {},
    quoted_id: null,
    note: '',
    state: 'asked',
    answer: '',
    reason: '',
    reason_text: '',
    decided_by: null,
    is_mine: false,
    may_decide: false,
    asked_seq: 1,
    asked_at: '2026-01-01T00:00:00Z',
    ...change,
  };
}

const reviews = [
  review('mine', { is_mine: true }),
  review('back', { is_mine: true, state: 'returned' }),
  review('wanted', { may_decide: true }),
  review('elsewhere', { may_decide: true, conversation_id: 'two' }),
];

describe('reviews', () => {
  it('stand in their conversation, what waits for me first', () => {
    expect(reviewsOf({ reviews }, 'one').map(({ id }) => id)).toEqual(['wanted', 'mine', 'back']);
  });

  it('count as what I have to do', () => {
    expect(countToReview({ reviews })).toBe(2);
    expect(countReturned({ reviews })).toBe(1);
  });
});

describe('the words of an answer', () => {
  it('are those of a text or below a file, and are changed there', () => {
    const text = { kind: 'text' as const, text: 'Hello' };
    expect(wordsOf(text)).toBe('Hello');
    expect(wordsOf(withWords(text, 'Good day'))).toBe('Good day');
    expect(wordsOf({ kind: 'location', latitude: 1, longitude: 2 })).toBeNull();
  });

  it('do not go out where nothing is left of them', () => {
    expect(kept([{ kind: 'text', text: ' ' }])).toEqual([]);
    expect(kept([{ kind: 'text', text: 'Hello' }])).toHaveLength(1);
  });
});
