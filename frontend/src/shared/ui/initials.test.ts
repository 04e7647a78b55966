import { expect, test } from 'vitest';
import { initialsOf, tintOf } from './initials';

test.each([
  ['Hannah Whitcombe', 'HW'],
  ['Дарья Ковалёва', 'ДК'],
  ['Ana María de la Cruz', 'AC'],
  ['mila', 'M'],
  ['+44 7700 900 318', ''],
  ['🙂 Lucía', 'L'],
])('%s has the initials %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a person keeps their tint', () => {
  expect(tintOf('01a20bab')).toBe(tintOf('01a20bab'));
  expect(new Set(Array.from({ length: 200 }, (_, index) => tintOf(`id-${index}`))).size).toBe(8);
});
