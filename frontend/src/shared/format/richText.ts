/** What messengers write as marks: *bold*, _italic_, ~struck~, ```code```, and links. Plain text in, pieces out; no HTML. */

export type Piece =
  | { kind: 'text' | 'mention'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'code'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; pieces: Piece[] };

const MARKS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
const CODE = /```([\s\S]+?)```/u;
/** A mark opens after a space or sign and before a letter, and closes the other way round, in one line. */
const MARKED = /(?<![\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}])/u;
const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/iu;
const LONGEST_EMOJI = 48;
/** By classes instead of the list of all emoji: compiling that list takes longer than drawing a thread. */
const EMOJI = /^(?:[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u200d\ufe0f ])+$/u;
const TRAILING = /[.,;:!?…'"»”’]+$/u;

export function parseRichText(text: string): Piece[] {
  const code = CODE.exec(text);
  if (code) {
    return [
      ...parseRichText(text.slice(0, code.index)),
      { kind: 'code', text: (code[1] ?? '').replace(/^\n|\n$/g, '') },
      ...parseRichText(text.slice(code.index + code[0].length)),
    ];
  }
  return parseLinks(text);
}

/** The names in a note, wherever they stand in plain words; the longest first, for one may begin like another. */
export function markMentions(pieces: readonly Piece[], mentions: readonly { readonly name?: string }[]): Piece[] {
  const names = mentions.map(({ name }) => `@${name ?? ''}`).sort((a, b) => b.length - a.length);
  return names.length === 0 ? [...pieces] : pieces.flatMap((piece) => markPiece(piece, names));
}

function markPiece(piece: Piece, names: readonly string[]): Piece[] {
  if ('pieces' in piece) return [{ ...piece, pieces: piece.pieces.flatMap((inner) => markPiece(inner, names)) }];
  if (piece.kind !== 'text') return [piece];
  const found = names.map((name) => ({ name, at: piece.text.indexOf(name) })).filter(({ at }) => at >= 0);
  const first = found.sort((a, b) => a.at - b.at || b.name.length - a.name.length)[0];
  if (!first) return [piece];
  const before = piece.text.slice(0, first.at);
  const rest = piece.text.slice(first.at + first.name.length);
  return [
    ...(before === '' ? [] : [{ kind: 'text' as const, text: before }]),
    { kind: 'mention', text: first.name },
    ...(rest === '' ? [] : markPiece({ kind: 'text', text: rest }, names)),
  ];
}

/** Links first: what stands in an address is no mark. */
function parseLinks(text: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  for (let link = LINK.exec(rest); link; link = LINK.exec(rest)) {
    const whole = trimLink(link[0]);
    pieces.push(...parseMarks(rest.slice(0, link.index)), { kind: 'link', text: whole, href: hrefOf(whole) });
    rest = rest.slice(link.index + whole.length);
  }
  return [...pieces, ...parseMarks(rest)];
}

function parseMarks(text: string): Piece[] {
  if (text === '') return [];
  const marked = MARKED.exec(text);
  if (!marked) return [{ kind: 'text', text }];
  const kind = MARKS[marked[1] as keyof typeof MARKS];
  return [
    ...parseMarks(text.slice(0, marked.index)),
    { kind, pieces: parseMarks(marked[2] ?? '') },
    ...parseMarks(text.slice(marked.index + marked[0].length)),
  ];
}

/** The full stop after a link belongs to the sentence, and so does a bracket that was opened before it. */
function trimLink(text: string): string {
  let link = text.replace(TRAILING, '');
  while (link.endsWith(')') && !link.includes('(')) link = link.slice(0, -1).replace(TRAILING, '');
  return link;
}

function hrefOf(text: string): string {
  if (/^https?:\/\//i.test(text)) return text;
  return text.includes('@') && !/^www\./i.test(text) ? `mailto:${text}` : `https://${text}`;
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_EMOJI || !EMOJI.test(trimmed)) return false;
  return [...new Intl.Segmenter().segment(trimmed)].filter(({ segment }) => segment !== ' ').length <= 3;
}
