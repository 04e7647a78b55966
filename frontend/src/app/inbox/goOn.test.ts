import { describe, expect, it } from 'vitest';
import { makeConversation, time } from '@/shared/store/testing';
import { nextOf } from './goOn';

const WAITING = new Set(['b', 'd', 'e']);
const IDS = ['a', 'b', 'c', 'd', 'e'];
const conversations = new Map(
  IDS.map((id) => [id, makeConversation(id, { waiting_since: WAITING.has(id) ? time(1) : null })]),
);
const nobody = () => false;

describe('after a conversation is done', () => {
  it('comes the next one that waits, from here downwards and then from the top', () => {
    expect(nextOf(IDS, 'a', conversations, nobody)).toBe('b');
    expect(nextOf(IDS, 'b', conversations, nobody)).toBe('d');
    expect(nextOf(IDS, 'e', conversations, nobody)).toBe('b');
  });

  it('comes none in which somebody else types', () => {
    expect(nextOf(IDS, 'b', conversations, (id) => id === 'd')).toBe('e');
    expect(nextOf(IDS, 'e', conversations, (id) => id === 'b')).toBe('d');
  });

  it('comes its neighbour where nobody waits', () => {
    const calm = new Map(IDS.map((id) => [id, makeConversation(id)]));
    expect(nextOf(IDS, 'c', calm, nobody)).toBe('d');
    expect(nextOf(IDS, 'e', calm, nobody)).toBe('d');
    expect(nextOf(['a'], 'a', calm, nobody)).toBeUndefined();
    expect(nextOf(IDS, 'elsewhere', calm, nobody)).toBeUndefined();
  });
});
