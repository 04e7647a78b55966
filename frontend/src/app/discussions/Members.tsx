/** Whom a discussion is to have: colleagues and teams, found by their names. */
import { Users } from 'lucide-react';
import { useState } from 'react';
import type { Id } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { TextField } from '@/shared/ui/TextField';
import { absenceText } from '../availability/words';
import { teamsByName } from '../teams/teams';

export interface Chosen {
  readonly agentIds: readonly Id[];
  readonly teamIds: readonly Id[];
}

export const NOBODY: Chosen = { agentIds: [], teamIds: [] };

export interface ChooseMembersProps {
  readonly chosen: Chosen;
  readonly onChosen: (chosen: Chosen) => void;
  /** In it already. */
  readonly without?: readonly Id[];
  readonly error?: string;
}

const SEARCHED_FROM = 7;

export function ChooseMembers({ chosen, onChosen, without = [], error }: ChooseMembersProps) {
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const [search, setSearch] = useState('');
  const people = [...agents.values()]
    .filter((agent) => agent.is_active && agent.id !== me && !without.includes(agent.id))
    .sort((a, b) => a.name.localeCompare(b.name));
  const all = [
    ...people.map((agent) => ({ kind: 'agent' as const, id: agent.id, name: agent.name, absence: absenceText(agent) })),
    ...teamsByName(teams).map(({ id, name }) => ({ kind: 'team' as const, id, name, absence: '' })),
  ];
  const isIn = ({ kind, id }: { kind: 'agent' | 'team'; id: Id }) =>
    (kind === 'agent' ? chosen.agentIds : chosen.teamIds).includes(id);
  // Whoever is chosen stays in sight while one looks for the next.
  const found = all.filter((one) => isIn(one) || fold(one.name).includes(fold(search.trim())));
  const toggle = ({ kind, id }: { kind: 'agent' | 'team'; id: Id }) => {
    const turned = (ids: readonly Id[]) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
    onChosen(
      kind === 'agent'
        ? { ...chosen, agentIds: turned(chosen.agentIds) }
        : { ...chosen, teamIds: turned(chosen.teamIds) },
    );
  };
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="pb-1.5 text-14 font-medium">{t('discussion.with')}</legend>
      {all.length >= SEARCHED_FROM && (
        <TextField label={t('discussion.find')} value={search} onValueChange={setSearch} dir="auto" />
      )}
      {all.length === 0 && <p className="text-13 text-muted">{t('together.people_none')}</p>}
      <ul className="max-h-44 overflow-y-auto">
        {found.map((one) => (
          <li key={one.id}>
            <label className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-1 text-14 hover:bg-hover pointer-coarse:min-h-11">
              <input
                type="checkbox"
                checked={isIn(one)}
                onChange={() => toggle(one)}
                className="size-4 shrink-0 accent-(--accent)"
              />
              {one.kind === 'team' ? (
                <Users aria-hidden size={18} strokeWidth={1.75} className="shrink-0 text-muted" />
              ) : (
                <Avatar name={one.name} seed={one.id} size={18} />
              )}
              <bdi className="min-w-0 truncate">{one.name}</bdi>
              {one.kind === 'team' && <span className="text-12 text-muted">{t('mention.team')}</span>}
              {one.absence && <span className="ms-auto shrink-0 text-12 text-muted">{one.absence}</span>}
            </label>
          </li>
        ))}
      </ul>
      {error !== undefined && <p className="text-13 text-danger">{error}</p>}
    </fieldset>
  );
}
