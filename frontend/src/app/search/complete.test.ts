import { describe, expect, it } from 'vitest';
import { completed, pieceAt, suggestionsFor, type Operator } from './complete';

const operators: readonly Operator[] = [
  { word: 'country', name: 'Country', values: ['DE', 'SE', 'none'], names: ['Germany', 'Sweden'] },
  { word: 'team', name: 'Team', values: ['Sales', 'Blue team'] },
  { word: 'task', name: 'Has open tasks', values: ['yes', 'no'] },
  { word: 'received', name: 'Messages received', values: [] },
];

describe('what can stand at the caret', () => {
  it('is an operator by its word or its name', () => {
    expect(suggestionsFor('ta', operators).map(({ text }) => text)).toEqual(['task:']);
    expect(suggestionsFor('mess', operators).map(({ text }) => text)).toEqual(['received:']);
    expect(suggestionsFor('lamp', operators)).toEqual([]);
  });

  it('is what the operator understands, quoted where it has spaces', () => {
    expect(suggestionsFor('team:', operators).map(({ text }) => text)).toEqual(['team:Sales ', 'team:"Blue team" ']);
    expect(suggestionsFor('team:"bl', operators).map(({ text }) => text)).toEqual(['team:"Blue team" ']);
    expect(suggestionsFor('team:sales', operators)).toEqual([]);
    expect(suggestionsFor('colour:', operators)).toEqual([]);
  });

  it('takes the place of what was typed, wherever the caret is', () => {
    expect(pieceAt('lamp te broken', 7)).toEqual({ piece: 'te', start: 5 });
    expect(completed('lamp te broken', 7, { text: 'team:', name: '' })).toEqual({
      text: 'lamp team: broken',
      caret: 10,
    });
    expect(completed('team:"Bl', 8, { text: 'team:"Blue team" ', name: '' })).toEqual({
      text: 'team:"Blue team" ',
      caret: 17,
    });
  });

  it('finds a code by what it is called', () => {
    expect(suggestionsFor('country:ger', operators)).toEqual([{ text: 'country:DE ', name: 'Germany' }]);
    expect(suggestionsFor('country:se', operators)).toEqual([]);
  });
});
