/** Teams as menus and lists show them. */
import type { Id, Team } from '@/shared/api/types';

export function teamsByName(teams: ReadonlyMap<Id, Team>): Team[] {
  return [...teams.values()].sort((a, b) => a.name.localeCompare(b.name));
}
