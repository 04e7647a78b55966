import { describe, expect, it } from 'vitest';
import type { FilledPiece, FilledReply, FilledVariant } from '@/shared/api/types';
import { findReplies, languagesOf, openPlaces, putReply, saidOf, slashAt, textOf, wordingIn } from './savedReplies';

/** What is said so and, after it, so. */
function said(...texts: readonly string[]): FilledVariant[] {
  return texts.map((text) => ({ variant: text, pieces: [{ text, variable: null, is_missing: false }] }));
}

function reply(id: string, change: Partial<FilledReply> = {}): FilledReply {
  return {
    id,
    is_shared: true,
    title: id,
    shortcut: '',
    team_id: null,
    language: '',
    variants: said(id),
    others: [],
    files: [],
    ...change,
  };
}

const ids = (replies: readonly FilledReply[]) => replies.map(({ id }) => id);

describe('a slash', () => {
  it('begins a search at the start of an empty line', () => {
    expect(slashAt('/', 1)).toEqual({ start: 0, end: 1, search: '' });
    expect(slashAt('/thank you', 10)).toEqual({ start: 0, end: 10, search: 'thank you' });
    expect(slashAt('Hello\n/hi', 9)).toEqual({ start: 6, end: 9, search: 'hi' });
    expect(slashAt('\n/hi\nBye', 4)).toEqual({ start: 1, end: 4, search: 'hi' });
  });

  it('is a sign like others everywhere else', () => {
    expect(slashAt('', 0)).toBeNull();
    expect(slashAt('and/or', 6)).toBeNull();
    expect(slashAt(' /hi', 4)).toBeNull();
    expect(slashAt('/hi', 0)).toBeNull();
    expect(slashAt('/Hello there', 1)).toBeNull();
    expect(slashAt('/hi\n', 4)).toBeNull();
    expect(slashAt('\n/', 0)).toBeNull();
  });
});

describe('a search', () => {
  const replies = [
    reply('text', { variants: said('Say hello', 'Say hi to Ana') }),
    reply('title', { title: 'Oh hi' }),
    reply('start', { title: 'Hi there' }),
    reply('longer', { shortcut: 'hint' }),
    reply('exact', { shortcut: 'hi' }),
    reply('other', { title: 'Öffnungszeiten' }),
  ];

  it('of nothing leaves all in the order of their use', () => {
    expect(findReplies(replies, ' ')).toBe(replies);
  });

  it('puts the shortcut first, then titles, then texts', () => {
    expect(ids(findReplies(replies, 'HI'))).toEqual(['exact', 'longer', 'start', 'title', 'text']);
  });

  it('keeps the order of use among equals, minds no accents and wants every word', () => {
    expect(ids(findReplies([reply('b', { title: 'hi b' }), reply('a', { title: 'hi a' })], 'hi'))).toEqual(['b', 'a']);
    expect(ids(findReplies(replies, 'offnung'))).toEqual(['other']);
    expect(ids(findReplies(replies, 'ana say'))).toEqual(['text']);
    expect(findReplies(replies, 'ana nobody')).toEqual([]);
  });
});

describe('a reply', () => {
  it('takes the place of its search and leaves the caret behind it', () => {
    const slash = { start: 6, end: 9, search: 'hi' };
    expect(putReply('Hello\n/hi\nBye', slash, saidOf(reply('Good day'), 0).pieces)).toEqual({
      text: 'Hello\nGood day\nBye',
      selection: [14, 14],
    });
  });

  it('selects the first place that must be filled', () => {
    const pieces: FilledPiece[] = [
      { text: 'Hi ', variable: null, is_missing: false },
      { text: '{{contact.first_name}}', variable: 'contact.first_name', is_missing: true },
      { text: '!', variable: null, is_missing: false },
    ];
    const put = putReply('/', { start: 0, end: 1, search: '' }, pieces);
    expect(put).toEqual({ text: 'Hi {{contact.first_name}}!', selection: [3, 25] });
    expect(openPlaces(put.text)).toEqual([{ variable: 'contact.first_name', start: 3, end: 25 }]);
  });
});

describe('the languages of replies', () => {
  const both = reply('both', {
    language: 'es',
    variants: said('Hola'),
    others: [{ language: 'en', variants: said('Hi') }],
  });
  const alone = reply('alone', { language: 'en', variants: said('Only so') });

  it('are a choice where there are two of them', () => {
    expect(languagesOf([both, alone])).toEqual(['es', 'en']);
    expect(languagesOf([alone])).toEqual([]);
    expect(languagesOf([])).toEqual([]);
  });

  it('say each reply in the chosen one where it has that, else as the customer is written to', () => {
    expect(textOf(saidOf(wordingIn(both, 'en'), 0))).toBe('Hi');
    expect(textOf(saidOf(wordingIn(both, null), 0))).toBe('Hola');
    expect(textOf(saidOf(wordingIn(alone, 'es'), 0))).toBe('Only so');
  });
});

describe('variants', () => {
  it('come in the order of this customer and begin anew after the last', () => {
    const wording = { language: 'en', variants: said('Two', 'Three', 'One') };
    expect([0, 1, 2, 3].map((turns) => textOf(saidOf(wording, turns)))).toEqual(['Two', 'Three', 'One', 'Two']);
    expect(saidOf(wording, 4)).toMatchObject({ language: 'en', variant: 'Three', place: 1, count: 3 });
  });
});

describe('open places', () => {
  it('are known variables only, each time they stand, in the order of the text', () => {
    expect(openPlaces('{{secret}} {{ }} {contact.name}')).toEqual([]);
    const found = openPlaces('{{contact.name}}{{agent.name}}{{contact.name}}');
    expect(found.map(({ variable, start }) => [variable, start])).toEqual([
      ['contact.name', 0],
      ['agent.name', 16],
      ['contact.name', 30],
    ]);
  });
});
