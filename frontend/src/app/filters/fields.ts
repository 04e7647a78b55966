/** What can be asked, as the server's registry has it: asked for once, when a filter is first built. */
import { useEffect, useState } from 'react';
import { answerOf, client } from '@/shared/api/client';
import type { FilterField, FilterOperator } from '@/shared/api/types';
import { hasText, t } from '@/shared/i18n';

export type Use = FilterField['uses'][number];
export type Fields = ReadonlyMap<string, FilterField>;

let asked: Promise<readonly FilterField[]> | null = null;

/** Fields of one's own come and go: whoever changes them lets the next builder ask again. */
export function forgetFields(): void {
  asked = null;
}

/** The fields of one use; undefined while they are asked for, null if that failed. */
export function useFields(use: Use): Fields | null | undefined {
  const [fields, setFields] = useState<Fields | null>();
  useEffect(() => {
    let isCurrent = true;
    asked ??= answerOf(client.GET('/api/filter-fields')).then((answer) => answer.items);
    asked
      .then((items) => new Map(items.filter((one) => one.uses.includes(use)).map((one) => [one.id, one])))
      .catch(() => {
        asked = null;
        return null;
      })
      .then((found) => isCurrent && setFields(found));
    return () => {
      isCurrent = false;
    };
  }, [use]);
  return fields;
}

export function nameOfField(field: FilterField): string {
  const key = `filter.field.${field.id}`;
  if (field.id.startsWith('company.')) return t('filter.company_field', { name: field.name });
  return field.name || (hasText(key) ? t(key) : field.id);
}

/** A question in words, which differ with what is asked: a label is had, a state is been. */
export function nameOfOperator(field: FilterField, operator: FilterOperator): string {
  const own = `filter.op.${field.kind}.${operator}`;
  return hasText(own) ? t(own) : t(`filter.op.${operator}`);
}

export function nameOfOption(field: FilterField, option: string): string {
  const own = field.option_names[field.options.indexOf(option)];
  if (own !== undefined) return own;
  const key = field.id === 'priority' ? `priority.${option}` : `filter.option.${field.id}.${option}`;
  return hasText(key) ? t(key) : option;
}
