import { expect, it } from 'vitest';
import { differenceOf } from './skills';

it('tells what leads from one set to the other, and nothing else', () => {
  expect(differenceOf(['a', 'b'], ['b', 'c'])).toEqual({ add: ['c'], remove: ['a'] });
  expect(differenceOf(['a'], ['a'])).toEqual({ add: [], remove: [] });
});
