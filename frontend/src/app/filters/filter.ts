/** A filter while it is built: pure steps from one to the next. A place is the way down to a part, by index. */
import type { Filter, FilterCondition, FilterField, FilterOperator } from '@/shared/api/types';

export type Part = FilterCondition | Filter;
export type Place = readonly number[];

export const EVERYTHING: Filter = { kind: 'group', match: 'all', of: [] };
/** As the server bounds it. */
export const DEEPEST = 3;
export const MOST_CONDITIONS = 30;

const WITHOUT_VALUE: ReadonlySet<FilterOperator> = new Set(['yes', 'no', 'empty', 'present']);
const SPANS: ReadonlySet<FilterOperator> = new Set(['in_last', 'longer_ago', 'in_next', 'later_than']);
const SEVERAL: ReadonlySet<FilterOperator> = new Set(['any_of', 'all_of', 'none_of']);

export type ValueShape = 'none' | 'several' | 'span' | 'date' | 'number' | 'text';

/** What a question needs to be answered with. */
export function shapeOf(kind: FilterField['kind'], operator: FilterOperator): ValueShape {
  if (WITHOUT_VALUE.has(operator)) return 'none';
  if (SEVERAL.has(operator)) return 'several';
  if (SPANS.has(operator)) return 'span';
  if (kind === 'time') return 'date';
  return kind === 'number' ? 'number' : 'text';
}

/** A first question about a field: the likeliest, with a value where there is an obvious one. */
export function newCondition(field: FilterField): FilterCondition {
  return withOperator(field, field.operators[0] as FilterOperator, {
    kind: 'condition',
    field: field.id,
    operator: 'is',
  });
}

/** Another question about the same field; the value stays where it still answers. */
export function withOperator(field: FilterField, operator: FilterOperator, before: FilterCondition): FilterCondition {
  const shape = shapeOf(field.kind, operator);
  const isAlike = before.values !== undefined && shape === shapeOf(field.kind, before.operator);
  const values = isAlike && before.values ? before.values : shape === 'span' ? ['4h'] : [];
  return { kind: 'condition', field: field.id, operator, values };
}

export function isComplete(condition: FilterCondition, field: FilterField | undefined): boolean {
  if (!field) return false;
  const values = condition.values ?? [];
  switch (shapeOf(field.kind, condition.operator)) {
    case 'none':
      return true;
    case 'span':
      return /^[1-9][0-9]{0,5}[mhd]$/.test(values[0] ?? '');
    case 'number':
      return /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/.test(values[0] ?? '');
    case 'several':
    case 'date':
    case 'text':
      return (values[0] ?? '').trim() !== '';
  }
}

export function conditionsOf(filter: Filter): FilterCondition[] {
  return partsOf(filter).flatMap((part) => (part.kind === 'group' ? conditionsOf(part) : [part]));
}

/** Without what is not finished yet, and without groups that hold nothing: what can be asked already. */
export function finished(filter: Filter, fields: ReadonlyMap<string, FilterField>): Filter {
  const of = partsOf(filter)
    .map((part) => (part.kind === 'group' ? finished(part, fields) : part))
    .filter((part) => (part.kind === 'group' ? partsOf(part).length > 0 : isComplete(part, fields.get(part.field))));
  return { ...filter, of };
}

export function isFinished(filter: Filter, fields: ReadonlyMap<string, FilterField>): boolean {
  return conditionsOf(filter).every((condition) => isComplete(condition, fields.get(condition.field)));
}

export function partsOf(filter: Filter): readonly Part[] {
  return filter.of ?? [];
}

/** The filter with another part in this place; `null` takes it out, and a group that it leaves empty with it. */
export function replaced(filter: Filter, place: Place, part: Part | null): Filter {
  const [index, ...rest] = place;
  if (index === undefined) return part !== null && part.kind === 'group' ? part : EVERYTHING;
  const of = [...partsOf(filter)];
  const child = of[index];
  const next = rest.length > 0 && child?.kind === 'group' ? replaced(child, rest, part) : part;
  const isGone = next === null || (part === null && next.kind === 'group' && partsOf(next).length === 0);
  if (isGone) of.splice(index, 1);
  else of[index] = next;
  return { ...filter, of };
}

/** The filter with one more part at the end of the group in this place, and where it stands. */
export function appended(filter: Filter, group: Place, part: Part): { filter: Filter; place: Place } {
  const found = group.reduce<Part>((at, index) => (at.kind === 'group' && partsOf(at)[index]) || at, filter);
  if (found.kind !== 'group') return { filter, place: group };
  const of = [...partsOf(found), part];
  const place = [...group, of.length - 1];
  const whole = { ...found, of };
  return { filter: group.length === 0 ? whole : replaced(filter, group, whole), place };
}
