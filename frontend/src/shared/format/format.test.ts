import { beforeAll, describe, expect, it } from 'vitest';
import { loadLocale } from '@/shared/i18n';
import { isOnlyEmoji, parseRichText } from './richText';
import { daysBetween, formatNear, formatRowTime, formatSpan, formatWait, formatWaitingTime } from './times';
import { deadlineState, windowState } from './window';

const MINUTE = 60_000;
const now = new Date(2026, 10, 24, 12, 0).getTime();
const before = (ms: number) => new Date(now - ms).toISOString();

beforeAll(() => loadLocale('en'));

describe('times', () => {
  it.each([
    [4_000, '0:04'],
    [374_000, '6:14'],
    [59 * MINUTE + 59_000, '59:59'],
    [3 * 60 * MINUTE, '3 h'],
    [49 * 60 * MINUTE, '2 d'],
    [-5_000, '0:00'],
  ])('shows a wait of %i ms as %s', (ms, text) => {
    expect(formatWait(now - ms, now)).toBe(text);
  });

  it('shows rows by what is nearest', () => {
    expect(formatRowTime(before(20_000), now)).toBe('now');
    expect(formatRowTime(before(21 * MINUTE), now)).toBe('21 min');
    expect(formatRowTime(before(2 * 60 * MINUTE), now)).toContain('10:00');
    expect(formatRowTime(before(20 * 60 * MINUTE), now)).toBe('Yesterday');
    expect(formatWaitingTime(before(49 * 60 * MINUTE), now)).toBe('2 d');
    expect(formatSpan(38.9 * MINUTE)).toBe('38 min');
  });

  it('names the day of a moment near now, also of today', () => {
    expect(formatNear(before(60 * MINUTE), now)).toMatch(/^today, \d\d?:\d\d/);
    expect(formatNear(before(24 * 60 * MINUTE), now)).toMatch(/^yesterday, /);
    expect(formatNear(before(-24 * 60 * MINUTE), now)).toMatch(/^tomorrow, /);
  });

  it('counts days by the calendar, not by hours', () => {
    expect(daysBetween(new Date(2026, 10, 23, 23, 59), new Date(2026, 10, 24, 0, 1))).toBe(1);
    expect(daysBetween(new Date(2026, 2, 28, 12), new Date(2026, 2, 30, 1))).toBe(2);
  });
});

describe('the service window', () => {
  const at = (minutes: number) => ({ window_closes_at: new Date(now + minutes * MINUTE).toISOString() });

  it('presses in its last four hours and is closed in its last minute', () => {
    expect(windowState(at(241), { window: 86_400 }, now)).toMatchObject({ kind: 'open', isPressing: false });
    expect(windowState(at(239), { window: 86_400 }, now)).toMatchObject({ kind: 'open', isPressing: true });
    expect(windowState(at(1), { window: 86_400 }, now).kind).toBe('open');
    expect(windowState(at(0.9), { window: 86_400 }, now).kind).toBe('closed');
  });

  it('is closed to who never wrote, and unknown to channels without one', () => {
    expect(windowState({ window_closes_at: null }, { window: 86_400 }, now)).toEqual({ kind: 'closed', since: null });
    expect(windowState({ window_closes_at: null }, { window: null }, now).kind).toBe('none');
  });
});

describe('the time in which an answer is due', () => {
  const waiting = (minutes: number) => ({
    waiting_since: new Date(now - minutes * MINUTE).toISOString(),
    state: 'open' as const,
    paused_at: null,
  });

  const promised = (minutes: number, of: number, clock: 'next_reply' | 'resolution' = 'next_reply') => ({
    clock,
    policy_id: null,
    half_at: new Date(now + (of / 2 - minutes) * MINUTE).toISOString(),
    due_at: new Date(now + (of - minutes) * MINUTE).toISOString(),
  });
  const stateAfter = (minutes: number) =>
    deadlineState({ ...waiting(minutes), deadlines: [promised(minutes, 10)] }, now);

  it('is shown in its last half and when it is over', () => {
    expect(stateAfter(4).kind).toBe('calm');
    expect(stateAfter(5)).toMatchObject({ kind: 'pressing', byMs: 5 * MINUTE });
    expect(stateAfter(12)).toMatchObject({ kind: 'overdue', byMs: 2 * MINUTE });
  });

  it('is that of what ends first, among what is shown', () => {
    const both = { ...waiting(12), deadlines: [promised(12, 60), promised(12, 20, 'resolution')] };
    expect(deadlineState(both, now)).toMatchObject({ kind: 'pressing', deadline: { clock: 'resolution' } });
  });

  it('is nothing where nobody waits or nothing is promised', () => {
    const late = { ...waiting(99), deadlines: [promised(99, 10)] };
    expect(deadlineState({ ...late, state: 'resolved' }, now).kind).toBe('calm');
    expect(deadlineState({ ...late, waiting_since: null }, now).kind).toBe('calm');
    expect(deadlineState({ ...late, deadlines: [] }, now).kind).toBe('calm');
    const paused_at = new Date(now - 97 * MINUTE).toISOString();
    expect(deadlineState({ ...late, paused_at }, now).kind).toBe('calm');
  });

  it('leaves to the agent how early a window presses', () => {
    const closing = { window_closes_at: new Date(now + 30 * MINUTE).toISOString() };
    expect(windowState(closing, { window: 86_400 }, now, 20 * MINUTE)).toMatchObject({ isPressing: false });
    expect(windowState(closing, { window: 86_400 }, now, 40 * MINUTE)).toMatchObject({ isPressing: true });
  });
});

describe('marks and links in texts', () => {
  it('draws what messengers mark', () => {
    expect(parseRichText('a *bold* _x_ ~no~')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'bold', pieces: [{ kind: 'text', text: 'bold' }] },
      { kind: 'text', text: ' ' },
      { kind: 'italic', pieces: [{ kind: 'text', text: 'x' }] },
      { kind: 'text', text: ' ' },
      { kind: 'strike', pieces: [{ kind: 'text', text: 'no' }] },
    ]);
    expect(parseRichText('```*raw*```')).toEqual([{ kind: 'code', text: '*raw*' }]);
  });

  it('leaves sums, names and lone stars alone', () => {
    for (const text of ['2*3*4', 'snake_case_name', '5 * 4 * 3', '*', '**']) {
      expect(parseRichText(text)).toEqual([{ kind: 'text', text }]);
    }
  });

  it('finds links without the sentence around them', () => {
    expect(parseRichText('See https://a.example/x_y_z?q=1.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://a.example/x_y_z?q=1', href: 'https://a.example/x_y_z?q=1' },
      { kind: 'text', text: '.' },
    ]);
    expect(parseRichText('(www.a.example)')[1]).toMatchObject({ text: 'www.a.example', href: 'https://www.a.example' });
    expect(parseRichText('to a@b.example')[1]).toMatchObject({ href: 'mailto:a@b.example' });
  });

  it('makes no link of a script', () => {
    const pieces = parseRichText('javascript:alert(1) data:text/html,x');
    expect(pieces.every((piece) => piece.kind === 'text')).toBe(true);
  });

  it('knows messages that are only emoji', () => {
    expect(isOnlyEmoji('👍🎉')).toBe(true);
    expect(isOnlyEmoji('👍 ok')).toBe(false);
    expect(isOnlyEmoji('123')).toBe(false);
  });
});
