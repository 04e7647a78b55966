import { describe, expect, it } from 'vitest';
import { loadOf, withValue } from './load';

const LIMITS = { capacity: 5 };
const QUIET = { capacity: null, load: 0 };

describe('loadOf', () => {
  it('goes by the number of the workspace, or one of their own', () => {
    expect(loadOf({ ...QUIET, load: 6 }, LIMITS)).toMatchObject({ bears: 5, over: 1 });
    expect(loadOf({ ...QUIET, load: 6, capacity: 8 }, LIMITS)).toMatchObject({ bears: 8, over: 0 });
    expect(loadOf({ ...QUIET, load: 5 }, LIMITS).over).toBe(0);
  });
});

it('shows a value that is no usual choice among the choices', () => {
  expect(withValue([1, 5, 10], 7)).toEqual([1, 5, 7, 10]);
  expect(withValue([1, 5], 5)).toEqual([1, 5]);
});
