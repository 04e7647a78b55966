import { describe, expect, it } from 'vitest';
import { findMarks } from './foldText';

function marked(text: string, ...marks: string[]): string[] {
  return findMarks(text, marks).map(([from, to]) => text.slice(from, to));
}

describe('marks in a text', () => {
  it.each([
    ['Herr Müller, MÜLLERS und Obermüller', ['muller'], ['Müller', 'MÜLLER']],
    ['Lange Straße', ['stras'], ['Straß']],
    ['请问有蓝色的碗吗', ['蓝色', '碗'], ['蓝色', '碗']],
    ['青いガラスの器', ['がらす'], ['ガラス']],
    ['ขอบคุณมากครับ', ['คุณ'], ['คุณ']],
    ['Новогодняя Ёлка', ['елк'], ['Ёлк']],
    ['İSTANBUL', ['istan'], ['İSTAN']],
    ['שָׁלוֹם לכם', ['שלום'], ['שָׁלוֹם']],
    ['👍 gut 👍', ['👍'], ['👍', '👍']],
    ['nothing', ['', 'x'], []],
  ])('of %s', (text, marks, expected) => {
    expect(marked(text, ...marks)).toEqual(expected);
  });
});
