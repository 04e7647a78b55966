import { expect, test } from 'vitest';
import { findMacros } from './find';

const MACROS = ['Close as spam', 'Refund', 'Ask for a refund', 'Ärger beruhigen', 'Unrefunded'].map((name) => ({
  name,
}));
const found = (typed: string) => findMacros(MACROS, typed).map(({ name }) => name);

test('nothing typed leaves them in the order of their use', () => {
  expect(found(' ')).toEqual(MACROS.map(({ name }) => name));
});

test('what begins with it comes first, then what has a word that does', () => {
  expect(found('refund')).toEqual(['Refund', 'Ask for a refund', 'Unrefunded']);
});

test('accents and capitals are no matter, and what has nothing of it is not there', () => {
  expect(found('arger')).toEqual(['Ärger beruhigen']);
  expect(found('xyz')).toEqual([]);
});
