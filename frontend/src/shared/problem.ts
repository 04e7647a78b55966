/** What a refusal means for the person at the screen: a sentence, and the fields it is about. */

import { Problem } from './api/http';
import { hasText, t } from './i18n';

/** One sentence: ours for the codes we know, else the server's own, else that it did not work. */
export function problemText(error: unknown): string {
  if (!(error instanceof Problem)) return t('common.failed');
  if (error.status === 0) return t('common.offline');
  const key = `problem.${error.code}`;
  return hasText(key) ? t(key) : error.title || error.detail || t('common.failed');
}

/** The refusal's sentences by field name. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Problem)) return {};
  return Object.fromEntries(error.errors.map(({ field, text }) => [field, text]));
}
