import { describe, expect, it } from 'vitest';
import { makeMessage, ME } from '@/shared/store/testing';
import { unseenAnswers } from './draftWatch';

const by = (id: string | null, seq: number, kind: 'agent' | 'flow' = 'agent') =>
  makeMessage(`m${seq}`, 'c', seq, { direction: 'outgoing', author: { kind, id } });
const thread = [makeMessage('m1', 'c', 1), by('jonas', 2), by(ME, 3), by('jonas', 4), by(null, 5, 'flow')];
const ids = (begunSeq: number, seenSeq: number) => unseenAnswers(thread, begunSeq, seenSeq, ME).map(({ id }) => id);

describe('a draft is stopped once', () => {
  it('by a colleague’s answer that came after it was begun and was not in view', () => {
    expect(ids(3, 0)).toEqual(['m4']);
    expect(ids(1, 0)).toEqual(['m2', 'm4']);
  });

  it('and by nothing else: not what was there before, what was seen, one’s own, or a flow’s', () => {
    expect(ids(4, 0)).toEqual([]);
    expect(ids(1, 4)).toEqual([]);
    expect(ids(2, 0)).toEqual(['m4']);
  });
});
