import { expect, test } from 'vitest';
import { countryCode, guessColumn, parseTable, writeTable } from './csv';

test.each([
  [
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a;b\n"x;y";"say ""hi"""',
    [
      ['a', 'b'],
      ['x;y', 'say "hi"'],
    ],
  ],
  [
    '\uFEFFa\tb\n"two\nlines"\t\n\n',
    [
      ['a', 'b'],
      ['two\nlines', ''],
    ],
  ],
  ['', []],
])('%j is read', (text, rows) => {
  expect(parseTable(text)).toEqual(rows);
});

test('what is written is read again, and runs nothing', () => {
  const rows = [
    ['name', 'why'],
    ['Ana "A", B', '=1+1'],
    ['+44 7700', ''],
  ];
  expect(parseTable(writeTable(rows))).toEqual([rows[0], ['Ana "A", B', "'=1+1"], ["'+44 7700", '']]);
});

test('heads are understood in several languages, and by the names of fields', () => {
  const fields = [{ id: 'f1', name: 'Tier' }];
  expect(['Full name', 'Telefon', 'E-Mail', 'País', 'tier', 'Shoe'].map((head) => guessColumn(head, fields))).toEqual([
    'name',
    'phone',
    'email',
    'country',
    'f1',
    '',
  ]);
});

test.each([
  ['Germany', 'DE'],
  ['deutschland', 'DE'],
  ['Países Bajos', 'NL'],
  ['Швеция', 'SE'],
  ['pt', 'PT'],
  ['Atlantis', 'Atlantis'],
])('the country %s is %s', (cell, code) => {
  expect(countryCode(cell)).toBe(code);
});
