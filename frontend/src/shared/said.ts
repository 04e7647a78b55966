/** Sentences of the server in the reader's language: it sends a name that never changes, English, and what is filled in. */

import { hasText, t } from './i18n';
import { formatDate } from './i18n/format';

export type SaidValues = Readonly<Record<string, string>>;

/** Ours for a name that we know, else the server's English: a newer server may say more than this page knows. */
export function said(name: string | undefined, english: string, values: SaidValues = {}): string {
  const key = `said.${name ?? ''}`;
  return name && hasText(key) ? t(key, shown(values)) : english;
}

/** A list of facts is said only whole: half a list in another language helps nobody. */
export function saidAll(
  parts: readonly { readonly code: string; readonly values: SaidValues }[],
  english: string,
): string {
  if (parts.length === 0 || !parts.every(({ code }) => hasText(`said.${code}`))) return english;
  return parts.map(({ code, values }) => said(code, '', values)).join(', ');
}

function shown(values: SaidValues): SaidValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name === 'date' ? formatDate(value, { dateStyle: 'long' }) : value,
    ]),
  );
}
