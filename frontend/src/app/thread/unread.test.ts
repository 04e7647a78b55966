import { describe, expect, it } from 'vitest';
import { makeMessage } from '@/shared/store/testing';
import { findLate, findUnread } from './unread';

const incoming = (id: string, minute: number, seq: number) => makeMessage(id, 'c', minute, { seq });
const ours = (id: string, minute: number, seq: number) =>
  makeMessage(id, 'c', minute, { seq, direction: 'outgoing', author: { kind: 'agent', id: 'me' } });

describe('findUnread', () => {
  it('finds nothing where all was read', () => {
    expect(findUnread([incoming('a', 1, 1)], 0)).toEqual({ newFrom: null, late: [] });
  });

  it('puts the line above the first of the last ones', () => {
    const messages = [incoming('a', 1, 1), ours('b', 2, 2), incoming('c', 3, 3), incoming('d', 4, 4)];
    expect(findUnread(messages, 2)).toEqual({ newFrom: 'c', late: [] });
  });

  it('names what came late and stands among what was read', () => {
    const messages = [incoming('a', 1, 1), incoming('late', 2, 4), ours('b', 3, 2), incoming('c', 4, 3)];
    expect(findUnread(messages, 1)).toEqual({ newFrom: null, late: ['late'] });
  });

  it('keeps both apart', () => {
    const messages = [incoming('late', 1, 3), incoming('a', 2, 1), incoming('new', 9, 4)];
    expect(findUnread(messages, 2)).toEqual({ newFrom: 'new', late: ['late'] });
  });

  it('counts no more than there are', () => {
    expect(findUnread([incoming('a', 1, 1)], 7)).toEqual({ newFrom: 'a', late: [] });
  });
});

describe('findLate', () => {
  it('names what came since and stands above what was there', () => {
    const messages = [incoming('a', 1, 1), incoming('late', 2, 4), ours('b', 3, 2), incoming('c', 4, 3)];
    expect(findLate(messages, 3)).toEqual(['late']);
  });

  it('has nothing to tell of what came at the end, or of our own', () => {
    const messages = [incoming('a', 1, 1), ours('x', 2, 3), incoming('b', 3, 2), incoming('c', 4, 4)];
    expect(findLate(messages, 2)).toEqual([]);
  });
});
