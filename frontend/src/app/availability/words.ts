/** Whether a colleague is there, in words. */
import type { Agent } from '@/shared/api/types';
import { hasText, t } from '@/shared/i18n';

type Said = Pick<Agent, 'availability' | 'away_reason'>;

/** "Busy: Lunch". */
export function availabilityText({ availability, away_reason }: Said): string {
  const state = t(`availability.${availability}`);
  const key = `availability.reason.${away_reason}`;
  return hasText(key) ? t('availability.with_reason', { state, reason: t(key) }) : state;
}

/** The same where colleagues are chosen: nothing of whoever is online, for that is what one expects. */
export function absenceText(said: Said): string {
  return said.availability === 'online' ? '' : availabilityText(said);
}
