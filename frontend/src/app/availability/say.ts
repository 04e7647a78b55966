/** One switch for all devices: the server keeps it, the feed tells it. */
import { request } from '@/shared/api/http';
import type { Agent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { showToast } from '@/shared/ui/Toast';

export type Availability = Agent['availability'];
export const BREAKS = ['break', 'lunch', 'meeting', 'training'] as const;
/** What one chooses: a state, or a break, in which one keeps one's own. */
export type Choice = Availability | (typeof BREAKS)[number];

export function choiceOf({ availability, away_reason }: Pick<Agent, 'availability' | 'away_reason'>): Choice {
  const reason = BREAKS.find((one) => one === away_reason);
  return availability === 'busy' && reason !== undefined ? reason : availability;
}

export function choices(): { value: Choice; label: string }[] {
  return [
    { value: 'online', label: t('availability.online') },
    { value: 'busy', label: t('availability.busy') },
    ...BREAKS.map((reason) => ({ value: reason, label: t(`availability.reason.${reason}`) })),
    { value: 'offline', label: t('availability.offline') },
  ];
}

export function choose(choice: Choice): void {
  const reason = BREAKS.find((one) => one === choice);
  const body = { state: reason === undefined ? choice : 'busy', reason: reason ?? '' };
  void request('PUT', '/api/availability', { body }).catch((error: unknown) =>
    showToast(problemText(error), { isError: true }),
  );
}
