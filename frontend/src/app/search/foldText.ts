/**
 * Texts without case and accents, letter by letter, so that what was found can be marked in the text as it was written.
 * Folds as the server does (core/search_text.py), whose words it marks.
 */

const ACCENTS =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\p{Cf}]/gu;
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  ى: 'ي',
  ة: 'ه',
  ـ: '',
  ς: 'σ',
  '’': "'",
};
const KATAKANA = /[\u30a1-\u30f6]/;
const UNSPACED =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/;

export function foldLetter(letter: string): string {
  const bare = letter.toLowerCase().normalize('NFKD').replace(ACCENTS, '').normalize('NFC');
  let folded = '';
  for (const one of bare) {
    folded += LETTERS[one] ?? (KATAKANA.test(one) ? String.fromCharCode(one.charCodeAt(0) - 0x60) : one);
  }
  return folded;
}

/** Where the marks, folded already, stand in the text: at the beginnings of words, in unspaced scripts anywhere. */
export function findMarks(text: string, marks: readonly string[]): [number, number][] {
  let folded = '';
  const origins: number[] = [];
  const ends: number[] = [];
  let place = 0;
  for (const letter of text) {
    const part = foldLetter(letter);
    for (let index = 0; index < part.length; index += 1) {
      origins.push(place);
      ends.push(place + letter.length);
    }
    folded += part;
    place += letter.length;
  }
  const found: [number, number][] = [];
  for (const mark of marks) {
    if (mark === '') continue;
    for (let at = folded.indexOf(mark); at >= 0; at = folded.indexOf(mark, at + 1)) {
      const before = at === 0 ? '' : (folded[at - 1] ?? '');
      if (/[\p{L}\p{N}]/u.test(before) && !UNSPACED.test(mark[0] ?? '') && !UNSPACED.test(before)) continue;
      found.push([origins[at] ?? 0, ends[at + mark.length - 1] ?? text.length]);
    }
  }
  return found;
}
