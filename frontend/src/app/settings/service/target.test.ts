import { describe, expect, it } from 'vitest';
import { readTarget, unitOf } from './target';

const rest = { is_business_time: false, warns: 'never', warns_at: 0 } as const;

describe('a target as people choose it', () => {
  it('stands in the largest unit of which it is a whole number', () => {
    expect([4, 60, 90, 1440, 2880, 1500].map(unitOf)).toEqual(['minute', 'hour', 'minute', 'day', 'day', 'hour']);
  });

  it('is a whole number of its unit, or none', () => {
    expect(readTarget('2', 'hour', rest)?.minutes).toBe(120);
    expect(['', '0', '-4', '4.5', 'four', '99999999'].map((typed) => readTarget(typed, 'minute', rest))).toEqual(
      Array.from({ length: 6 }, () => null),
    );
  });
});
