/** Where contacts stand on a board, by what the server said last and what was moved from here since. Pure. */
import type { ContactRow, Id } from '@/shared/api/types';
import type { OptionColumn } from '../board/columns';

/** A card that was moved from here. */
export interface Moved {
  readonly key: string;
  /** When the server had it, by the page's clock; absent while it is on its way. */
  readonly doneAt?: number;
}

export interface Answer {
  readonly rows: readonly ContactRow[];
  /** When it was asked, by the page's clock. */
  readonly askedAt: number;
}

/** Of a contact that two columns have – it moved between their answers – the later one knows. */
export function newestRows(answers: readonly Answer[]): ReadonlyMap<Id, ContactRow> {
  const inOrder = [...answers].sort((a, b) => a.askedAt - b.askedAt);
  return new Map(inOrder.flatMap(({ rows }) => rows.map((row) => [row.id, row] as const)));
}

/** An option that is gone is nothing. */
export function keyOfContact(row: ContactRow, columns: readonly OptionColumn[]): string {
  const value = row.fields[columns[0]?.field.id ?? ''];
  return columns.find(({ option }) => option !== null && option.id === value)?.key ?? 'option-';
}
