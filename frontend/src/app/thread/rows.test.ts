import { describe, expect, it } from 'vitest';
import { makeMessage } from '@/shared/store/testing';
import { hold } from '../inbox/useSettledIds';
import { buildRows, type ShownMessage } from './rows';
import { tickOf } from './Ticks';

const show = (message: ReturnType<typeof makeMessage>): ShownMessage => ({ message, unsent: null });

describe('the rows of a thread', () => {
  it('joins what one author wrote in a row and folds the desk’s lines', () => {
    const line = { direction: 'line' as const, content: { kind: 'line' as const, what: 'resolved' } };
    const rows = buildRows(
      [
        show(makeMessage('a', 'c', 1)),
        show(makeMessage('b', 'c', 2)),
        show(makeMessage('c', 'c', 3, line)),
        show(makeMessage('d', 'c', 4, line)),
        show(makeMessage('e', 'c', 5)),
        show(makeMessage('f', 'c', 30)),
      ],
      'e',
    );
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'message', 'lines', 'new', 'message', 'message']);
    const runs = rows.flatMap((row) => (row.kind === 'message' ? [[row.isFirst, row.isLast]] : []));
    expect(runs).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('keeps the key of a message when the server’s takes its place', () => {
    const local = buildRows([show(makeMessage('client-1', 'c', 1, { client_id: 'client-1' }))], null);
    const known = buildRows([show(makeMessage('server', 'c', 1, { client_id: 'client-1' }))], null);
    expect(local.find((row) => row.kind === 'message')?.key).toBe(known.find((row) => row.kind === 'message')?.key);
  });

  it('ends an earlier conversation with a divider and begins a day below it', () => {
    const rows = buildRows([show(makeMessage('a', 'old', 1)), show(makeMessage('b', 'c', 2))], null, new Set(['a']));
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'earlier', 'day', 'message']);
  });
});

describe('ticks', () => {
  const out = (change: Parameters<typeof makeMessage>[3]) =>
    makeMessage('m', 'c', 1, { direction: 'outgoing', ...change });

  it.each([
    [out({ status: 'queued' }), 'waiting'],
    [out({ status: 'sent' }), 'sent'],
    [out({ status: 'delivered' }), 'delivered'],
    [out({ status: 'read' }), 'read'],
    [out({ status: 'played' }), 'read'],
    [out({ status: 'failed' }), 'failed'],
    [out({ status: 'sending', is_uncertain: true }), 'uncertain'],
    [makeMessage('m', 'c', 1), null],
  ])('shows how far a message came', (message, tick) => {
    expect(tickOf(message, null)).toBe(tick);
  });
});

describe('the order under the pointer', () => {
  it('stays, counts what is new above and takes what was loaded below', () => {
    expect(hold(['a', 'b'], ['x', 'b', 'a', 'y', 'z'])).toEqual({ ids: ['a', 'b', 'y', 'z'], fresh: 1 });
    expect(hold(['a', 'b'], ['b', 'a'])).toEqual({ ids: ['a', 'b'], fresh: 0 });
  });
});
