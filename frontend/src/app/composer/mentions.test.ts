import { describe, expect, it } from 'vitest';
import { markMentions, parseRichText } from '@/shared/format/richText';
import { findMentionables, mentionAt, mentionsIn, type Mentionable } from './mentions';

const jo: Mentionable = { kind: 'agent', id: 'jo', name: 'Jo' };
const joanna: Mentionable = { kind: 'agent', id: 'joanna', name: 'Joanna Öst' };
const shop: Mentionable = { kind: 'team', id: 'shop', name: 'Shop floor' };
const ALL = [jo, joanna, shop];

describe('an at sign', () => {
  it('begins a search at the start of a word', () => {
    expect(mentionAt('@', 1)).toEqual({ start: 0, end: 1, search: '' });
    expect(mentionAt('Ask @jo', 7)).toEqual({ start: 4, end: 7, search: 'jo' });
    expect(mentionAt('(@Joanna Ö', 10)).toEqual({ start: 1, end: 10, search: 'Joanna Ö' });
  });

  it('is a sign like others in addresses and behind the caret', () => {
    expect(mentionAt('ana@example', 11)).toBeNull();
    expect(mentionAt('@ jo', 4)).toBeNull();
    expect(mentionAt('jo @', 2)).toBeNull();
    expect(mentionAt('@jo\nnext', 8)).toBeNull();
  });

  it('finds by the beginning of any word, minding no accents', () => {
    expect(findMentionables(ALL, 'jo')).toEqual([jo, joanna]);
    expect(findMentionables(ALL, 'ost')).toEqual([joanna]);
    expect(findMentionables(ALL, 'floor')).toEqual([shop]);
    expect(findMentionables(ALL, 'oanna')).toEqual([]);
  });
});

describe('a text', () => {
  it('names each once, the longer name where two begin alike, and no part of a word', () => {
    expect(mentionsIn('@Joanna Öst and @Shop floor, @Shop floor', ALL).map(({ id }) => id)).toEqual(['joanna', 'shop']);
    expect(mentionsIn('@Joanna and @Jo!', ALL).map(({ id }) => id)).toEqual(['jo']);
    expect(mentionsIn('Joanna Öst', ALL)).toEqual([]);
  });

  it('shows the names, also within marks, and nothing else', () => {
    const pieces = markMentions(parseRichText('Hi @Jo, *@Joanna Öst* a@Jo'), [jo, joanna]);
    expect(pieces.map((piece) => piece.kind)).toEqual(['text', 'mention', 'text', 'bold', 'text', 'mention']);
    expect(markMentions(parseRichText('@Jo'), [])).toEqual([{ kind: 'text', text: '@Jo' }]);
  });
});
