import { describe, expect, it } from 'vitest';
import { extended, isChosen, isEmpty, NOTHING, toggled } from './selection';

const shown = ['a', 'b', 'c'];

describe('the choice of rows', () => {
  it('takes one in and lets it go', () => {
    const one = toggled(NOTHING, 'a', shown);
    expect([...one.ids]).toEqual(['a']);
    expect(isEmpty(toggled(one, 'a', shown))).toBe(true);
  });

  it('takes in the whole way of a step', () => {
    expect([...extended(toggled(NOTHING, 'a', shown), ['a', 'b']).ids]).toEqual(['a', 'b']);
  });

  it('is everything, also what is not loaded, until one is taken out', () => {
    const all = { ids: new Set<string>(), isAll: true };
    expect(isChosen(all, 'z')).toBe(true);
    expect(extended(all, ['b'])).toBe(all);
    expect([...toggled(all, 'b', shown).ids]).toEqual(['a', 'c']);
  });
});
