import { describe, expect, it } from 'vitest';
import { makeMessage } from '@/shared/store/testing';
import { interleave } from './interleave';

const at = (id: string, minute: number) => makeMessage(id, id.slice(0, 1), minute);

describe('interleave', () => {
  it('puts two histories in time order', () => {
    const parts = [
      { messages: [at('a1', 1), at('a2', 4)], isWhole: true },
      { messages: [at('b1', 2), at('b2', 3)], isWhole: true },
    ];
    expect(interleave(parts).map(({ id }) => id)).toEqual(['a1', 'b1', 'b2', 'a2']);
  });

  it('goes no further up than each of them is known', () => {
    const parts = [
      { messages: [at('a1', 1), at('a2', 4)], isWhole: true },
      { messages: [at('b1', 3), at('b2', 5)], isWhole: false },
    ];
    expect(interleave(parts).map(({ id }) => id)).toEqual(['b1', 'a2', 'b2']);
  });

  it('leaves one history as it is', () => {
    expect(interleave([{ messages: [at('a1', 1)], isWhole: false }]).map(({ id }) => id)).toEqual(['a1']);
  });
});
