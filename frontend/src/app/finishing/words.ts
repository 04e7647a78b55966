/** What each fate is called where it is chosen. */
import { t } from '@/shared/i18n';
import type { Id } from '@/shared/api/types';
import { hindranceText } from '../availability/offDuty';
import type { Around, Fate } from './fates';

export interface FateName {
  readonly label: string;
  readonly hint?: string;
}

/** `teamId`: in whose queue it is; null: of several, or in none. */
export function fateNames(around: Around, teamId: Id | null): (fate: Fate) => FateName {
  const agents = new Map(around.agents.map((agent) => [`agent-${agent.id}`, agent]));
  const teams = new Map(around.teams.map((team) => [`team-${team.id}`, team.name]));
  const own = around.teams.find(({ id }) => id === teamId);
  return (fate) => {
    const agent = agents.get(fate);
    if (agent) return { label: agent.name, hint: hindranceText(agent, around.offDuty) || undefined };
    const team = teams.get(fate);
    if (team !== undefined) return { label: team };
    switch (fate) {
      case 'everybody':
        return { label: own ? t('finishing.back_to', { team: own.name }) : t('finishing.everybody') };
      case 'keep':
        return { label: t('finishing.keep') };
      case 'resolve':
        return { label: t('finishing.resolve') };
      case 'hold':
        return { label: t('finishing.hold') };
      case '':
        return { label: t('finishing.choose') };
      default:
        return { label: t(`finishing.snooze_${fate.slice('snooze-'.length) as 'same'}`) };
    }
  };
}
