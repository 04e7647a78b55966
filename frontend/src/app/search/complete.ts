/** What can stand where the caret is: operators by the letters of their words, then what an operator understands. Pure. */
import { fold } from '@/shared/format/fold';

export interface Operator {
  /** Before the colon. */
  readonly word: string;
  /** In the reader's language. */
  readonly name: string;
  /** What may stand behind it; none: anything. */
  readonly values: readonly string[];
  /** What each of them is called, where it is a code: it is found by its name, too. */
  readonly names?: readonly string[];
}

export interface Suggestion {
  /** What is put in place of what was typed. */
  readonly text: string;
  /** What it means; "" where the text says it. */
  readonly name: string;
}

const MOST = 8;

/** The piece that ends at the caret: what was typed of it, and where it begins. */
export function pieceAt(typed: string, caret: number): { readonly piece: string; readonly start: number } {
  const before = typed.slice(0, caret);
  const quoted = /\S+:"[^"]*$/.exec(before);
  const piece = quoted?.[0] ?? /\S*$/.exec(before)?.[0] ?? '';
  return { piece, start: caret - piece.length };
}

/** Nothing for a piece that is no beginning of an operator: words are words. */
export function suggestionsFor(piece: string, operators: readonly Operator[]): readonly Suggestion[] {
  if (piece === '') return [];
  const colon = piece.indexOf(':');
  if (colon < 0) {
    const begun = fold(piece);
    return operators
      .filter(({ word, name }) => fold(word).startsWith(begun) || fold(name).startsWith(begun))
      .slice(0, MOST)
      .map(({ word, name }) => ({ text: `${word}:`, name }));
  }
  const operator = operators.find(({ word }) => word === fold(piece.slice(0, colon)));
  if (operator === undefined) return [];
  const begun = fold(piece.slice(colon + 1).replace(/"/g, ''));
  return operator.values
    .map((value, place) => ({ value, name: operator.names?.[place] ?? '' }))
    .filter(({ value, name }) => [value, name].some((one) => fold(one).startsWith(begun)) && fold(value) !== begun)
    .slice(0, MOST)
    .map(({ value, name }) => ({ text: `${operator.word}:${/\s/.test(value) ? `"${value}"` : value} `, name }));
}

/** The text with the suggestion in place of the piece, and where the caret stands then. */
export function completed(typed: string, caret: number, { text }: Suggestion): { text: string; caret: number } {
  const { start } = pieceAt(typed, caret);
  const rest = typed.slice(caret).replace(/^"/, '');
  return { text: typed.slice(0, start) + text + rest, caret: start + text.length };
}
