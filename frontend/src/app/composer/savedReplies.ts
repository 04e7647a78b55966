/** Choosing a saved reply after a slash: where its search stands, what it finds, and what comes in its place. */
import type { FilledPiece, FilledReply, FilledVariant, FilledWording, ReplyVariable } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';
import { placeOf, REPLY_VARIABLES } from '@/shared/replyVariables';

/** A search in the text: it begins with the slash at `start` and reaches to the caret at `end`. */
export interface Slash {
  start: number;
  end: number;
  search: string;
}

/** The search on the caret's line, if the line holds nothing else; null if there is none. */
export function slashAt(text: string, caret: number): Slash | null {
  const start = caret === 0 ? 0 : text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(start, caret);
  const rest = text.slice(caret).split('\n', 1)[0] ?? '';
  if (!line.startsWith('/') || rest.trim() !== '') return null;
  return { start, end: caret, search: line.slice(1) };
}

/** Those with every word of the search, the likeliest first; among equals the order of their use stays. */
export function findReplies(replies: readonly FilledReply[], search: string): readonly FilledReply[] {
  const wanted = fold(search).trim();
  if (wanted === '') return replies;
  const words = wanted.split(/\s+/u);
  return replies
    .map((reply) => ({ reply, rank: rankOf(reply, wanted, words) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .sort((a, b) => a.rank - b.rank)
    .map(({ reply }) => reply);
}

const NOT_FOUND = 5;

function rankOf(reply: FilledReply, wanted: string, words: readonly string[]): number {
  const shortcut = fold(reply.shortcut);
  const title = fold(reply.title);
  if (shortcut === wanted) return 0;
  if (shortcut.startsWith(wanted)) return 1;
  if (title.startsWith(wanted)) return 2;
  if (words.every((word) => `${shortcut} ${title}`.includes(word))) return 3;
  const all = `${shortcut} ${title} ${fold(
    wordingsOf(reply)
      .flatMap(({ variants }) => variants.map(textOf))
      .join(' '),
  )}`;
  return words.every((word) => all.includes(word)) ? 4 : NOT_FOUND;
}

export function textOf({ pieces }: { readonly pieces: readonly FilledPiece[] }): string {
  return pieces.map(({ text }) => text).join('');
}

/** All that it says: in the customer's language first, if it has that. */
export function wordingsOf({ language, variants, others }: FilledReply): readonly FilledWording[] {
  return [{ language, variants }, ...others];
}

/** What it says in a language, where it does; else what it says first. */
export function wordingIn(reply: FilledReply, language: string | null): FilledWording {
  const { language: own, variants } = reply;
  return wordingsOf(reply).find((one) => one.language === language) ?? { language: own, variants };
}

/** One way of saying something, and which of how many it is. */
export interface Said extends FilledVariant {
  readonly language: string;
  readonly place: number;
  readonly count: number;
}

/** A wording as the customer gets it next, or after so many turns. */
export function saidOf({ language, variants }: FilledWording, turns: number): Said {
  const place = turns % variants.length;
  const { variant, pieces } = variants[place] ?? { variant: '', pieces: [] };
  return { language, variant, pieces, place, count: variants.length };
}

/** In which languages these say something, each once, in the order in which they come; fewer than two are no choice. */
export function languagesOf(replies: readonly FilledReply[]): readonly string[] {
  const found = new Set(replies.flatMap((reply) => wordingsOf(reply).map(({ language }) => language)));
  return found.size > 1 ? [...found] : [];
}

export interface Put {
  text: string;
  /** What is selected afterwards: the first place that has no value, else nothing behind the reply. */
  selection: readonly [number, number];
}

/** The text with the reply in the search's place. */
export function putReply(text: string, slash: Slash, pieces: readonly FilledPiece[]): Put {
  const before = text.slice(0, slash.start);
  const put = textOf({ pieces });
  const end = before.length + put.length;
  const missing = pieces.findIndex((piece) => piece.is_missing);
  if (missing < 0) return { text: before + put + text.slice(slash.end), selection: [end, end] };
  const start = before.length + pieces.slice(0, missing).reduce((length, piece) => length + piece.text.length, 0);
  return {
    text: before + put + text.slice(slash.end),
    selection: [start, start + (pieces[missing]?.text.length ?? 0)],
  };
}

export interface OpenPlace {
  variable: ReplyVariable;
  start: number;
  end: number;
}

/** Places that nobody has filled yet. They live in the text itself, so a kept draft still has them tomorrow. */
export function openPlaces(text: string): readonly OpenPlace[] {
  return REPLY_VARIABLES.flatMap((variable) => {
    const place = placeOf(variable);
    const found: OpenPlace[] = [];
    for (let start = text.indexOf(place); start >= 0; start = text.indexOf(place, start + 1)) {
      found.push({ variable, start, end: start + place.length });
    }
    return found;
  }).sort((a, b) => a.start - b.start);
}
