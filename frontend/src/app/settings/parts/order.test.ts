import { describe, expect, it } from 'vitest';
import { moved } from './order';

describe('a row that is moved', () => {
  it('stands where it was put, and nothing else changes its order', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  });

  it('stays where it cannot go further', () => {
    const items = ['a', 'b'];
    expect([moved(items, 0, -1), moved(items, 1, 2), moved(items, 5, 0)]).toEqual([items, items, items]);
  });
});
