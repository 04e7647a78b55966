import { describe, expect, it } from 'vitest';
import { loadOf, withValue } from './load';

const LIMITS = { capacity: 5, day_customers: 50, day_messages: 1000 };
const QUIET = { capacity: null, load: 0, day_customers: 0, day_messages: 0 };

describe('loadOf', () => {
  it('goes by the number of the workspace, or one of their own', () => {
    expect(loadOf({ ...QUIET, load: 6 }, LIMITS)).toMatchObject({ bears: 5, over: 1 });
    expect(loadOf({ ...QUIET, load: 6, capacity: 8 }, LIMITS)).toMatchObject({ bears: 8, over: 0 });
    expect(loadOf({ ...QUIET, load: 5 }, LIMITS).over).toBe(0);
  });

  it('warns of a day that was too long, by customers or by messages', () => {
    expect(loadOf({ ...QUIET, day_customers: 50, day_messages: 1000 }, LIMITS).isLongDay).toBe(false);
    expect(loadOf({ ...QUIET, day_customers: 51 }, LIMITS).isLongDay).toBe(true);
    expect(loadOf({ ...QUIET, day_messages: 1001 }, LIMITS).isLongDay).toBe(true);
    expect(loadOf({ ...QUIET, day_customers: 900 }, { ...LIMITS, day_customers: 0 }).isLongDay).toBe(false);
  });
});

it('shows a value that is no usual choice among the choices', () => {
  expect(withValue([1, 5, 10], 7)).toEqual([1, 5, 7, 10]);
  expect(withValue([1, 5], 5)).toEqual([1, 5]);
});
