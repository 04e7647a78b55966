import { describe, expect, it } from 'vitest';
import type { Filter, FilterField } from '@/shared/api/types';
import { appended, conditionsOf, finished, isFinished, newCondition, replaced, withOperator } from './filter';
import { filterOfView } from './useFilter';

const STATE: FilterField = {
  id: 'state',
  subject: 'conversation',
  kind: 'choice',
  word: 'is',
  operators: ['any_of', 'none_of'],
  options: ['open', 'resolved'],
  uses: ['views'],
  name: '',
  option_names: [],
};
const CLOSES: FilterField = { ...STATE, id: 'window_closes', kind: 'time', operators: ['in_next', 'before', 'empty'] };
const FIELDS = new Map([STATE, CLOSES].map((field) => [field.id, field]));

const open = { kind: 'condition', field: 'state', operator: 'any_of', values: ['open'] } as const;
const condition = { ...open, values: [...open.values] };
const group = (match: 'all' | 'any', ...of: NonNullable<Filter['of']>): Filter => ({ kind: 'group', match, of });

describe('a filter while it is built', () => {
  it('takes a part in any place, and says where it stands', () => {
    const filter = group('all', condition, group('any', condition));
    const more = appended(filter, [1], newCondition(CLOSES));
    expect(more.place).toEqual([1, 1]);
    expect(conditionsOf(more.filter)).toHaveLength(3);
    expect(conditionsOf(filter)).toHaveLength(2);
    expect(appended(filter, [], condition).place).toEqual([2]);
  });

  it('lets go of a group with its last part', () => {
    const filter = group('all', condition, group('any', condition));
    expect(replaced(filter, [1, 0], null)).toEqual(group('all', condition));
    expect(replaced(filter, [0], null)).toEqual(group('all', group('any', condition)));
    expect(replaced(group('all', condition), [0], null)).toEqual(group('all'));
  });

  it('changes how a group matches where it stands', () => {
    const filter = group('all', group('any', condition, condition));
    expect(replaced(filter, [0], group('all', condition))).toEqual(group('all', group('all', condition)));
    expect(replaced(filter, [], group('any', condition))).toEqual(group('any', condition));
  });

  it('keeps a value only where it still answers', () => {
    const soon = newCondition(CLOSES);
    expect(soon).toMatchObject({ operator: 'in_next', values: ['4h'] });
    expect(withOperator(CLOSES, 'before', soon).values).toEqual([]);
    expect(withOperator(CLOSES, 'empty', soon).values).toEqual([]);
    expect(withOperator(STATE, 'none_of', condition).values).toEqual(['open']);
  });

  it('asks what is finished and leaves out the rest', () => {
    const half = newCondition(STATE);
    const filter = group('all', condition, group('any', half));
    expect(isFinished(filter, FIELDS)).toBe(false);
    expect(finished(filter, FIELDS)).toEqual(group('all', condition));
    expect(isFinished(group('all', { ...condition, field: 'gone' }), FIELDS)).toBe(false);
  });

  it('begins with what the view shows', () => {
    expect(conditionsOf(filterOfView('mine')).map((one) => one.field)).toEqual(['state', 'assignee']);
    expect(conditionsOf(filterOfView('channel-7'))[1]?.values).toEqual(['7']);
    expect(conditionsOf(filterOfView('resolved'))[0]?.values).toEqual(['resolved']);
  });
});
