import { describe, expect, it } from 'vitest';
import type { Conversation, Field, Stage } from '@/shared/api/types';
import { columnsOf, keyOf, mayMoveTo, placed, queryOf } from './columns';

const courier: Stage = { id: 'courier', state: 'open', name: 'Waiting for courier', pauses_clock: true };
const paid: Stage = { id: 'paid', state: 'resolved', name: 'Paid back', pauses_clock: false };
const field: Field = {
  id: 'f1',
  owner: 'conversation',
  type: 'choice',
  name: 'Step',
  position: 1,
  options: [
    { id: 'a', name: 'Asked', colour: 'red' },
    { id: 'b', name: 'Sent', colour: 'blue' },
  ],
};
const row = (change: Partial<Conversation>) =>
  ({ id: 'c', state: 'open', stage: null, priority: 0, ...change }) as Conversation;

describe('columns', () => {
  it('are the states, each with its stages behind it', () => {
    const keys = columnsOf('state', [paid, courier], []).map(({ key }) => key);
    expect(keys).toEqual(['open', 'stage-courier', 'pending', 'snoozed', 'resolved', 'stage-paid']);
  });

  it('are the options of a field, behind what has none', () => {
    expect(columnsOf('f1', [], [field]).map(({ key }) => key)).toEqual(['option-', 'option-a', 'option-b']);
    expect(columnsOf('gone', [], [field])[0]?.key).toBe('open');
  });

  it('ask for what stands in them, a stage that is gone among its state', () => {
    const [open, staged] = columnsOf('state', [courier], []);
    const base = { kind: 'group' as const, match: 'any' as const, of: [] };
    expect(open && queryOf(open, base, 'due').filter?.of).toEqual([
      { kind: 'condition', field: 'state', operator: 'any_of', values: ['open'] },
      { kind: 'condition', field: 'stage', operator: 'none_of', values: ['courier'] },
    ]);
    expect(staged && queryOf(staged, base, 'due').filter?.of).toHaveLength(2);
    const none = columnsOf('f1', [], [field])[0];
    expect(none && queryOf(none, base, 'due').filter?.of).toEqual([
      { kind: 'condition', field: 'custom.f1', operator: 'none_of', values: ['a', 'b'] },
    ]);
  });

  it('keep the filter of the view as one part, whatever it matches', () => {
    const filter = {
      kind: 'group' as const,
      match: 'any' as const,
      of: [{ kind: 'condition' as const, field: 'waiting', operator: 'yes' as const, values: [] }],
    };
    const [urgent] = columnsOf('priority', [], []);
    expect(urgent && queryOf(urgent, filter, 'due').filter).toMatchObject({ match: 'all', of: [filter, {}] });
  });
});

describe('a row', () => {
  const columns = columnsOf('state', [courier, paid], []);

  it('stands in its stage, as long as that is of its state and still there', () => {
    expect(keyOf(row({ stage: { id: 'courier', name: '' } }), columns)).toBe('stage-courier');
    expect(keyOf(row({ stage: { id: 'courier', name: '' }, state: 'resolved' }), columns)).toBe('resolved');
    expect(keyOf(row({ stage: { id: 'gone', name: '' } }), columns)).toBe('open');
    expect(keyOf(row({ priority: 3 }), columnsOf('priority', [], []))).toBe('priority-3');
    expect(keyOf(row({}), columnsOf('f1', [], [field]))).toBeUndefined();
  });

  it('leaves one column for the other at once, on top and once', () => {
    const found = [
      {
        key: 'open',
        rows: [
          { id: 'x', at: 'snoozed' },
          { id: 'y', at: 'open' },
        ],
      },
      { key: 'snoozed', rows: [{ id: 's', at: 'snoozed' }] },
      { key: 'resolved', rows: [{ id: 'x', at: 'snoozed' }] },
    ];
    const by = placed(found);
    expect(by.get('open')).toEqual(['y']);
    expect(by.get('snoozed')).toEqual(['x', 's']);
    expect(by.get('resolved')).toEqual([]);
  });
});

it('nobody moves to a flow by hand, but to a stage under it', () => {
  const columns = columnsOf('state', [{ ...courier, state: 'pending' }], []);
  expect(columns.filter(mayMoveTo).map(({ key }) => key)).toEqual(['open', 'stage-courier', 'snoozed', 'resolved']);
});
