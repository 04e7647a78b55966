/** The rota in words. Times are of this device's clock. */

import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatTime } from '@/shared/i18n/format';
import { getState } from '@/shared/store/store';
import type { RotaChange } from '../types';
import { dayKey, type Timed } from './sheet';

export function nameOf(agentId: Id): string {
  return getState().agents.get(agentId)?.name ?? '';
}

export function spanText({ starts_at, ends_at }: Timed): string {
  return t('rota.span', { from: formatTime(starts_at), to: formatTime(ends_at) });
}

/** Mon 23 Nov */
export function dayText(at: number | string): string {
  return formatDate(new Date(at), { weekday: 'short', day: 'numeric', month: 'short' });
}

/** Monday, 23 November */
export function wholeDayText(at: number | string): string {
  return formatDate(new Date(at), { weekday: 'long', day: 'numeric', month: 'long' });
}

/** The day and the times of a shift; of days off the days alone. */
export function whenText(change: Timed & { readonly kind?: RotaChange['kind'] }): string {
  const first = new Date(change.starts_at);
  if (change.kind !== 'off') return `${dayText(change.starts_at)}, ${spanText(change)}`;
  const last = new Date(Date.parse(change.ends_at) - 1);
  if (dayKey(first) === dayKey(last)) return dayText(change.starts_at);
  return t('rota.span', { from: dayText(change.starts_at), to: dayText(last.getTime()) });
}

/** What somebody asks for, as a sentence. */
export function askedText(change: RotaChange): string {
  const values = { name: nameOf(change.agent_id), receiver: nameOf(change.receiver_id ?? ''), when: whenText(change) };
  const asked = t(`rota.said_${change.kind}`, values);
  const { return_starts_at: starts_at, return_ends_at: ends_at } = change;
  if (starts_at === null || ends_at === null) return asked;
  return `${asked} ${t('rota.said_return', { when: whenText({ starts_at, ends_at }) })}`;
}

export function offText(change: RotaChange): string {
  const { reason } = change;
  return reason === '' ? t('rota.off') : t('rota.off_because', { reason: t(`rota.reason_${reason}`) });
}
