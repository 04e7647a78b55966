import { describe, expect, test } from 'vitest';
import { BURST_MS, hear, REPEAT_MS, SILENCE, type Circumstances, type Hearing, type Row, type Sign } from './tones';

const AWAY: Circumstances = {
  me: 'me',
  isInFront: false,
  inView: null,
  isBusy: false,
  isQuiet: false,
  repeats: true,
};
const mine: Row = { id: 'chat', contactId: 'ana', assigneeId: 'me', isWaiting: true };
const wrote = (at: number, row: Row = mine): Sign => ({ kind: 'received', row, at });
const tick = (at: number): Sign => ({ kind: 'tick', at });

/** When it sounded, of the signs in their order. */
function sounding(signs: readonly Sign[], now: Circumstances | ((index: number) => Circumstances) = AWAY): number[] {
  let hearing: Hearing = SILENCE;
  const times: number[] = [];
  signs.forEach((sign, index) => {
    const heard = hear(hearing, sign, typeof now === 'function' ? now(index) : now);
    hearing = heard.hearing;
    if (heard.sounds && 'at' in sign) times.push(sign.at);
  });
  return times;
}

describe('a burst', () => {
  test('of one customer is one tone, however long it goes on', () => {
    expect(sounding([wrote(0), wrote(4_000), wrote(12_000), wrote(12_000 + BURST_MS)])).toEqual([0, 22_000]);
  });

  test('of two customers is a tone for each', () => {
    const other: Row = { id: 'chat2', contactId: 'bo', assigneeId: null, isWaiting: true };
    expect(sounding([wrote(0), wrote(1, other), wrote(2), wrote(3, other)])).toEqual([0, 1]);
  });

  test('is over once somebody has answered', () => {
    const answered: Sign = { kind: 'changed', row: { ...mine, isWaiting: false } };
    expect(sounding([wrote(0), answered, wrote(2_000)])).toEqual([0, 2_000]);
  });
});

describe('whose', () => {
  test("a colleague's customer makes no tone here", () => {
    expect(sounding([wrote(0, { ...mine, assigneeId: 'jonas' })])).toEqual([]);
  });

  test('what nobody has sounds once and never repeats', () => {
    expect(sounding([wrote(0, { ...mine, assigneeId: null }), tick(REPEAT_MS), tick(2 * REPEAT_MS)])).toEqual([0]);
  });

  test('what I am told sounds once for its conversation', () => {
    const told = (at: number): Sign => ({ kind: 'told', conversationId: 'chat', at });
    expect(sounding([told(0), told(10), tick(REPEAT_MS)])).toEqual([0]);
  });
});

describe('repeating', () => {
  test('every half minute while mine waits and the desk is not in front', () => {
    const ticks = [10, 29, 30, 31, 59, 60].map((s) => tick(s * 1000));
    expect(sounding([wrote(0), ...ticks])).toEqual([0, 30_000, 60_000]);
  });

  test('two that wait repeat together', () => {
    const other: Row = { ...mine, id: 'chat2', contactId: 'bo' };
    expect(sounding([wrote(0), wrote(15_000, other), tick(30_000), tick(45_000), tick(60_000)])).toEqual([
      0, 15_000, 30_000, 60_000,
    ]);
  });

  test('not while the desk is in front, and again when it is left', () => {
    const signs = [wrote(0), tick(30_000), tick(40_000)];
    expect(sounding(signs, (index) => ({ ...AWAY, isInFront: index === 1 }))).toEqual([0, 40_000]);
  });

  test('not for those who want no repeats', () => {
    expect(sounding([wrote(0), tick(30_000)], { ...AWAY, repeats: false })).toEqual([0]);
  });

  test.each([
    ['anybody answers', { ...mine, isWaiting: false }],
    ['somebody else takes it', { ...mine, assigneeId: 'jonas' }],
    ['it is given back', { ...mine, assigneeId: null }],
  ])('ends when %s', (_, row) => {
    expect(sounding([wrote(0), { kind: 'changed', row }, tick(30_000), tick(60_000)])).toEqual([0]);
  });

  test('goes on when something else of it changes', () => {
    expect(sounding([wrote(0), { kind: 'changed', row: mine }, tick(30_000)])).toEqual([0, 30_000]);
  });
});

describe('silence', () => {
  test.each([
    ['the thread in view', { isInFront: true, inView: 'chat' }],
    ['recording and playback', { isBusy: true }],
    ['quiet hours', { isQuiet: true }],
  ])('for %s', (_, more) => {
    expect(sounding([wrote(0)], { ...AWAY, ...more })).toEqual([]);
  });

  test('not for another thread in view', () => {
    expect(sounding([wrote(0)], { ...AWAY, isInFront: true, inView: 'another' })).toEqual([0]);
  });

  test('not for a thread that stands open in a window behind others', () => {
    expect(sounding([wrote(0)], { ...AWAY, inView: 'chat' })).toEqual([0]);
  });

  test('ends with its cause: what was silent while I recorded repeats afterwards', () => {
    const signs = [wrote(0), tick(30_000), tick(31_000)];
    expect(sounding(signs, (index) => ({ ...AWAY, isBusy: index < 2 }))).toEqual([31_000]);
  });
});
