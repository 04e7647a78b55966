/** What a refusal means for the person at the screen: a sentence, and the fields it is about. */

import { Problem } from './api/http';
import { hasText, t } from './i18n';
import { said } from './said';

/** One sentence: by its own name, else ours for the kind of refusal, else the server's English, else that it did not work. */
export function problemText(error: unknown): string {
  if (!(error instanceof Problem)) return t('common.failed');
  if (error.status === 0) return t('common.offline');
  const key = `problem.${error.code}`;
  const ofKind = hasText(key) ? t(key) : error.detail || error.title || t('common.failed');
  return said(error.reason, ofKind, error.values);
}

/** The refusal's sentences by field name. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Problem)) return {};
  return Object.fromEntries(error.errors.map(({ field, text, reason, values }) => [field, said(reason, text, values)]));
}
