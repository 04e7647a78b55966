/** What stands in the list of webhooks and in their log, in words. Pure. */
import { hasText, t } from '@/shared/i18n';
import { formatNumber, formatRelative } from '@/shared/i18n/format';
import type { Dispatch, DispatchTry, Webhook } from '../types';

/** The kind of an event as people know it; its own name if there is none. */
export function kindText(kind: string): string {
  const key = `webhooks.kind_${kind}`;
  return hasText(key) ? t(key) : kind;
}

export function aboutText({ kinds, last_told_at: at }: Webhook): string {
  const told = kinds.length === 0 ? t('webhooks.kinds_none') : t('webhooks.kinds_count', { count: kinds.length });
  const last = at === null ? t('webhooks.never_told') : t('webhooks.last_told', { when: formatRelative(at) });
  return `${told} · ${last}`;
}

/** What it is about: the event, or who asked for it. */
export function causeText({ cause, type }: Dispatch): string {
  return cause === 'event' ? kindText(type) : t(`webhooks.cause_${cause}`);
}

/** "200 after 34 ms", or why there is no answer that counts. */
export function tryText(one: Pick<DispatchTry, 'status' | 'error' | 'took_ms'>): string {
  if (one.error === 'redirected') return t('webhooks.error_redirected', { status: one.status ?? '' });
  if (one.error !== null) return t(`webhooks.error_${one.error}`);
  return t('webhooks.status', { status: one.status ?? '–', ms: formatNumber(one.took_ms) });
}

export function progressText(dispatch: Dispatch): string {
  const { try_count: count, last_status, last_error, last_took_ms, due_at } = dispatch;
  const parts = [
    count > 0 && last_took_ms !== null && tryText({ status: last_status, error: last_error, took_ms: last_took_ms }),
    count > 1 && t('webhooks.tries', { count }),
    due_at !== null && count > 0 && t('webhooks.next', { when: formatRelative(due_at) }),
  ];
  return parts.filter(Boolean).join(' · ');
}
