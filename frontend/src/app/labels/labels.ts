/** Which labels are shown and found, in which order. */
import type { Id, Label, LabelKind } from '@/shared/api/types';

/** Those of a row or header, by name; deleted ones and those not known yet are left out. */
export function labelsOf(ids: readonly Id[], labels: ReadonlyMap<Id, Label>): Label[] {
  return ids.flatMap((id) => labels.get(id) ?? []).sort(byName);
}

export function labelsOfKind(kind: LabelKind, labels: ReadonlyMap<Id, Label>): Label[] {
  return [...labels.values()].filter((label) => label.kind === kind).sort(byName);
}

/** Those that have the words, the ones that begin with them first. */
export function findLabels(labels: readonly Label[], search: string): Label[] {
  const wanted = search.trim().toLocaleLowerCase();
  const place = (label: Label) => label.name.toLocaleLowerCase().indexOf(wanted);
  return labels
    .filter((label) => place(label) >= 0)
    .sort((a, b) => Number(place(a) > 0) - Number(place(b) > 0) || byName(a, b));
}

/** The key for labels means the contact's while the hands are in the contact's column. */
export function isInContactPanel(): boolean {
  return Boolean(document.activeElement?.closest('[data-panel=contact]'));
}

function byName(a: Label, b: Label): number {
  return a.name.localeCompare(b.name);
}
