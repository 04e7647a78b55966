/** What stands in the columns of a board: the states with the stages under them, priorities, or the options of a field. */
import type { Conversation, ConversationState, Field, Filter, FilterCondition, Id, Stage } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import type { ListOrder, ListQuery } from '@/shared/store/state';

/** What a board is ordered by: `state`, `priority`, or the id of a field. */
export type Grouping = 'state' | 'priority' | Id;

export type OptionColumn = Extract<Column, { kind: 'option' }>;

export type Column =
  | {
      readonly kind: 'state';
      readonly key: string;
      readonly state: ConversationState;
      readonly stageIds: readonly Id[];
    }
  | { readonly kind: 'stage'; readonly key: string; readonly stage: Stage }
  | { readonly kind: 'priority'; readonly key: string; readonly priority: 0 | 1 | 2 | 3 }
  | {
      readonly kind: 'option';
      readonly key: string;
      readonly field: Field;
      /** Null: nothing is chosen, or an option that is gone. */
      readonly option: Field['options'][number] | null;
    };

const STATES = ['open', 'pending', 'snoozed', 'resolved'] as const;
const PRIORITIES = [3, 2, 1, 0] as const;

/** In the order in which work goes on: each state with its stages behind it; what presses most first. */
export function columnsOf(grouping: Grouping, stages: readonly Stage[], fields: readonly Field[]): readonly Column[] {
  if (grouping === 'priority') {
    return PRIORITIES.map((priority) => ({ kind: 'priority', key: `priority-${priority}`, priority }));
  }
  const field = fields.find(({ id }) => id === grouping);
  if (field !== undefined) return optionColumns(field);
  return STATES.flatMap((state) => {
    const below = stages.filter((stage) => stage.state === state);
    const stageIds = below.map(({ id }) => id);
    return [
      { kind: 'state', key: state, state, stageIds } as const,
      ...below.map((stage) => ({ kind: 'stage', key: `stage-${stage.id}`, stage }) as const),
    ];
  });
}

/** What is not filled in, then each option. */
export function optionColumns(field: Field): readonly OptionColumn[] {
  return [null, ...field.options].map((option) => ({
    kind: 'option',
    key: `option-${option?.id ?? ''}`,
    field,
    option,
  }));
}

export function nameOf(column: Column): string {
  switch (column.kind) {
    case 'state':
      return t(`state.${column.state}`);
    case 'stage':
      return column.stage.name;
    case 'priority':
      return t(`priority.${column.priority}`);
    case 'option':
      return column.option?.name ?? t('board.nothing', { field: column.field.name });
  }
}

/** Where a row stands by what it says of itself; undefined where only the server knows, as with fields. */
export function keyOf(row: Conversation, columns: readonly Column[]): string | undefined {
  const [first] = columns;
  switch (first?.kind) {
    case 'priority':
      return `priority-${row.priority}`;
    case 'state':
    case 'stage': {
      const isStaged = columns.some(
        (column) => column.kind === 'stage' && column.stage.id === row.stage?.id && column.stage.state === row.state,
      );
      return isStaged ? `stage-${row.stage?.id ?? ''}` : row.state;
    }
    default:
      return undefined;
  }
}

/** The list behind a column: what the board shows, as far as it stands here. */
export function queryOf(column: Column, filter: Filter, order: ListOrder): ListQuery {
  const of = [...(filter.of && filter.of.length > 0 ? [filter] : []), ...conditionsOf(column)];
  return { view: 'found', order, channelId: null, filter: { kind: 'group', match: 'all', of } };
}

function conditionsOf(column: Column): FilterCondition[] {
  switch (column.kind) {
    case 'state':
      return [
        isOf('state', 'any_of', [column.state]),
        ...(column.stageIds.length > 0 ? [isOf('stage', 'none_of', column.stageIds)] : []),
      ];
    case 'stage':
      return [isOf('state', 'any_of', [column.stage.state]), isOf('stage', 'any_of', [column.stage.id])];
    case 'priority':
      return [isOf('priority', 'any_of', [String(column.priority)])];
    case 'option':
      return [optionCondition(column, 'custom.')];
  }
}

/** `prefix`: whose field it is, as filters name it. */
function optionCondition({ field, option }: OptionColumn, prefix: 'custom.' | 'contact.custom.'): FilterCondition {
  if (option !== null) return isOf(`${prefix}${field.id}`, 'any_of', [option.id]);
  return isOf(
    `${prefix}${field.id}`,
    'none_of',
    field.options.map(({ id }) => id),
  );
}

/** The contacts of a column among those that a filter means. */
export function contactFilterOf(column: OptionColumn, filter: Filter): Filter {
  const of = [...(filter.of && filter.of.length > 0 ? [filter] : []), optionCondition(column, 'contact.custom.')];
  return { kind: 'group', match: 'all', of };
}

function isOf(field: string, operator: 'any_of' | 'none_of', values: readonly string[]): FilterCondition {
  return { kind: 'condition', field, operator, values: [...values] };
}

/**
 * What stands in each column: what the server found there and did not leave since, under what came from the others.
 * `found` has the ids of each column, in their order, and where each stands by now.
 */
export function placed(
  found: readonly { readonly key: string; readonly rows: readonly { readonly id: Id; readonly at: string }[] }[],
): ReadonlyMap<string, readonly Id[]> {
  return new Map(
    found.map(({ key, rows }) => {
      const own = new Set(rows.map(({ id }) => id));
      const come = found.flatMap((other) => other.rows).filter(({ id, at }) => at === key && !own.has(id));
      return [key, [...new Set([...come, ...rows.filter(({ at }) => at === key)].map(({ id }) => id))]];
    }),
  );
}

/** Nobody moves a conversation to a flow by hand. */
export function mayMoveTo(column: Column): boolean {
  return !(column.kind === 'state' && column.state === 'pending');
}
