import { describe, expect, it } from 'vitest';
import { applyKeys, capsFor, keysOf } from './keyboard';
import { canChange, clashOf, findConflicts, KEYMAP, keysWith } from './keymap';
import { nameOf, type KeyPress } from './match';

function press(change: Partial<KeyPress>): KeyPress {
  return {
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    ...change,
  };
}

describe('the key map', () => {
  it('has no conflicts', () => {
    expect(findConflicts(KEYMAP)).toEqual([]);
  });

  it('would notice a double, a hidden key and one of the browser', () => {
    const problems = findConflicts({
      a: { keys: ['j'] },
      b: { keys: ['j'] },
      c: { keys: ['g'] },
      d: { keys: ['g i'] },
      e: { keys: ['Mod+t'] },
      f: { keys: ['z'] },
    });
    expect(problems).toHaveLength(4);
  });
});

describe('which key was meant', () => {
  it.each([
    ['j', press({ key: 'j', code: 'KeyJ' })],
    ['j', press({ key: 'о', code: 'KeyJ' })],
    ['r', press({ key: 'ρ', code: 'KeyR' })],
    ['j', press({ key: 'J', code: 'KeyJ', shiftKey: false })],
    ['y', press({ key: 'y', code: 'KeyZ' })],
    ['[', press({ key: 'х', code: 'BracketLeft' })],
    ['[', press({ key: '[', code: 'Digit8', ctrlKey: true, altKey: true })],
    ['?', press({ key: '?', code: 'Minus', shiftKey: true })],
    ['/', press({ key: '/', code: 'Digit7', shiftKey: true })],
    ['Mod+k', press({ key: 'k', code: 'KeyK', ctrlKey: true })],
    ['Mod+k', press({ key: 'л', code: 'KeyK', metaKey: true })],
    ['Shift+u', press({ key: 'U', code: 'KeyU', shiftKey: true })],
    ['Enter', press({ key: 'Enter', code: 'Enter' })],
  ])('reads %s', (name, event) => {
    expect(nameOf(event)).toBe(name);
  });

  it('leaves alone what Alt types and what is being composed', () => {
    expect(nameOf(press({ key: 'ę', code: 'KeyE', altKey: true }))).toBeNull();
    expect(nameOf(press({ key: 'e', code: 'KeyE', isComposing: true }))).toBeNull();
  });
});

describe('keys of one’s own', () => {
  it('stand in the place of the usual ones, beside those that stay', () => {
    expect(keysWith('resolve', {})).toEqual(['e']);
    expect(keysWith('resolve', { resolve: 'd' })).toEqual(['d']);
    expect(keysWith('resolve', { resolve: '' })).toEqual([]);
    expect(keysWith('back', { back: '' })).toEqual(['Escape']);
    expect(canChange('palette')).toBe(false);
  });

  it.each([
    ['d', {}, null],
    ['e', {}, null],
    ['j', {}, 'next'],
    ['j', { next: 'd' }, null],
    ['d', { next: 'd' }, 'next'],
    ['g', {}, 'go_inbox'],
    ['z', {}, 'undo'],
    ['Mod+t', {}, 'browser'],
  ] as const)('%s for resolving, with %o, clashes with %s', (key, changed, owner) => {
    expect(clashOf('resolve', key, changed)).toBe(owner);
  });

  it('are what signs show', () => {
    expect(capsFor(['E'], {})).toEqual(['E']);
    expect(capsFor(['E'], { resolve: 'd' })).toEqual(['d']);
    expect(capsFor(['E'], { resolve: '' })).toEqual([]);
    expect(capsFor(['g', 'i'], { go_inbox: 'Shift+i' })).toEqual(['Shift', 'i']);
    expect(capsFor(['Mod', 'Enter'], { resolve: 'd' })).toEqual(['Mod', 'Enter']);
  });

  it('hold once they are applied', () => {
    applyKeys({ resolve: 'd' }, true);
    expect(keysOf('resolve')).toEqual(['d']);
    applyKeys({}, true);
    expect(keysOf('resolve')).toEqual(['e']);
  });
});
