/** What a channel type calls its values and checks, in the reader's language where we have it, else as the server says. */

import { hasText, t } from '@/shared/i18n';
import type { Check, SetupField } from '../types';

export function labelOf(type: string, field: SetupField): string {
  return textOr(`field.${type}.${field.name}.label`, field.label);
}

/** "The page: the spot on it". */
export function whereFound(type: string, field: SetupField): string {
  return textOr(`field.${type}.${field.name}.where`, field.where_found);
}

export function titleOf(check: Check): string {
  return textOr(`check.${check.name}`, check.title);
}

function textOr(key: string, english: string): string {
  return hasText(key) ? t(key) : english;
}
