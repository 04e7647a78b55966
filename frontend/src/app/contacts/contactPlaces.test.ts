import { expect, test } from 'vitest';
import type { ContactRow, Field } from '@/shared/api/types';
import { contactFilterOf, optionColumns } from '../board/columns';
import { EVERYTHING } from '../filters/filter';
import { keyOfContact, newestRows } from './contactPlaces';

const TIER = { id: 'f', name: 'Tier', options: [{ id: 'gold', name: 'Gold' }] } as unknown as Field;
const columns = optionColumns(TIER);
const row = (id: string, tier?: string): ContactRow => ({ id, fields: tier ? { f: tier } : {} }) as ContactRow;

function never(): never {
  throw new Error('A field has a column for what is not filled in.');
}

test('a contact stands where its value is; without one, or with one that is gone, where nothing is', () => {
  expect([row('a', 'gold'), row('b'), row('c', 'bronze')].map((one) => keyOfContact(one, columns))).toEqual([
    'option-gold',
    'option-',
    'option-',
  ]);
});

test('of two answers about the same contact the later one counts', () => {
  const earlier = { rows: [row('a', 'gold'), row('b')], askedAt: 1 };
  const later = { rows: [row('a')], askedAt: 2 };
  for (const answers of [
    [earlier, later],
    [later, earlier],
  ]) {
    expect(newestRows(answers).get('a')?.fields).toEqual({});
    expect(newestRows(answers).size).toBe(2);
  }
});

test('a column asks for its option beside what the list asks', () => {
  const [nothing, gold] = columns.map((column) => contactFilterOf(column, EVERYTHING));
  expect(gold?.of).toEqual([{ kind: 'condition', field: 'contact.custom.f', operator: 'any_of', values: ['gold'] }]);
  expect(nothing?.of).toEqual([
    { kind: 'condition', field: 'contact.custom.f', operator: 'none_of', values: ['gold'] },
  ]);
  const filter = { kind: 'group', match: 'any', of: gold?.of ?? [] } as const;
  expect(contactFilterOf(optionColumns(TIER)[0] ?? never(), { ...filter, of: [...filter.of] }).of?.[0]).toMatchObject({
    match: 'any',
  });
});
