/** Fields of one's own: what there is, loaded with the first contact that is looked at, and how their values are read. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { request } from '@/shared/api/http';
import { onSessionEnd } from '@/shared/api/session';
import type { Field, FieldOwner, FieldValue, FieldValues, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';

let known: readonly Field[] | undefined;
let loadedFor = '';
const listeners = new Set<() => void>();
onSessionEnd(() => {
  known = undefined;
  loadedFor = '';
});

/** In their order; undefined until they are here. */
export function useFields(owner: FieldOwner): readonly Field[] | undefined {
  const epoch = useStore((state) => `${state.epoch} ${state.fieldEpoch}`);
  const fields = useSyncExternalStore(subscribe, () => known);
  useEffect(() => {
    if (loadedFor !== epoch) void load(epoch);
  }, [epoch]);
  return fields?.filter((field) => field.owner === owner);
}

async function load(epoch: string): Promise<void> {
  loadedFor = epoch;
  try {
    const { items } = await request<{ items: Field[] }>('GET', '/api/fields');
    if (loadedFor !== epoch) return;
    known = items;
    for (const listener of listeners) listener();
  } catch {
    loadedFor = '';
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is filled in of a conversation, and how to fill in more; undefined until it is here. */
export function useConversationValues(
  id: Id,
): [FieldValues | undefined, (field: Id, value: FieldValue | null) => Promise<boolean>] {
  const [values, setValues] = useState<FieldValues>();
  const epoch = useStore((state) => `${state.epoch} ${state.valueEpoch}`);
  useEffect(() => {
    let isCurrent = true;
    request<{ fields: FieldValues }>('GET', `/api/conversations/${id}/fields`).then(
      ({ fields }) => isCurrent && setValues(fields),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [id, epoch]);
  const fill = async (field: Id, value: FieldValue | null) => {
    try {
      const body = { fields: { [field]: value } };
      setValues((await request<{ fields: FieldValues }>('PATCH', `/api/conversations/${id}/fields`, { body })).fields);
      return true;
    } catch (error) {
      showToast(problemText(error), { isError: true });
      return false;
    }
  };
  return [values, fill];
}

/** A value as it is read; "" for none. */
export function textOfValue(field: Field, value: FieldValue | undefined): string {
  if (value === undefined) return '';
  switch (field.type) {
    case 'boolean':
      return value === true ? t('contact.yes') : t('contact.no');
    case 'number':
      return formatNumber(Number(value));
    case 'date':
      return formatDate(`${String(value)}T12:00:00`, { day: 'numeric', month: 'short', year: 'numeric' });
    case 'choice':
    case 'choices':
      return optionsOf(field, value)
        .map(({ name }) => name)
        .join(', ');
    default:
      return String(value);
  }
}

export function optionsOf(field: Field, value: FieldValue | undefined): Field['options'] {
  const chosen = Array.isArray(value) ? value : [value];
  return field.options.filter(({ id }) => chosen.includes(id));
}

/** What is no number goes to the server as it is: it says what is wrong. */
export function numberOf(text: string): FieldValue {
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : text;
}
