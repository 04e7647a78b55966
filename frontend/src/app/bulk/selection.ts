/** Which rows of a list are chosen. Pure steps; another list begins with none. */
import type { Id } from '@/shared/api/types';

export interface Selection {
  readonly ids: ReadonlySet<Id>;
  /** Everything that the list matches, loaded or not. */
  readonly isAll: boolean;
}

export const NOTHING: Selection = { ids: new Set(), isAll: false };

export function isChosen(selection: Selection, id: Id): boolean {
  return selection.isAll || selection.ids.has(id);
}

export function isEmpty(selection: Selection): boolean {
  return !selection.isAll && selection.ids.size === 0;
}

/** One more or one less. Less than all is what is loaded without it. */
export function toggled(selection: Selection, id: Id, shown: readonly Id[]): Selection {
  const ids = new Set(selection.isAll ? shown : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, isAll: false };
}

/** These, too: a step with Shift takes in where it came from and where it goes. */
export function extended(selection: Selection, ids: readonly Id[]): Selection {
  return selection.isAll ? selection : { ids: new Set([...selection.ids, ...ids]), isAll: false };
}
