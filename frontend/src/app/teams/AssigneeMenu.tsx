import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Agent, Conversation, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { Avatar, NobodyMark } from '@/shared/ui/Avatar';
import { LabelDot } from '@/shared/ui/LabelMark';
import { Menu, MenuChoice, MenuSeparator } from '@/shared/ui/Menu';
import { hindranceText, useOffDuty, type OffDuty } from '../availability/offDuty';
import { availabilityText } from '../availability/words';
import { assign, moveToTeam } from '../thread/actions';
import { useLoads, wordsOfLoad, type Loads } from './loads';
import { teamsByName } from './teams';

const NOBODY = 'nobody';

/** Who answers, and in whose queue it is. One who chooses a person by letters needs A, a letter, Enter. */
export function AssigneeMenu({ conversation }: { readonly conversation: Conversation }) {
  const [isOpen, setIsOpen] = useState(false);
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const loads = useLoads(isOpen);
  const offDuty = useOffDuty(isOpen);
  useCommands({
    assign: () => setIsOpen(true),
    assign_me: () => assign(conversation, me),
  });
  const team = conversation.team_id === null ? undefined : teams.get(conversation.team_id);
  if (!useMay('conversations:change')) {
    return (
      <span className="max-md:hidden">
        <Trigger conversation={conversation} disabled />
      </span>
    );
  }
  return (
    <span className="max-md:hidden">
      <Menu open={isOpen} onOpenChange={setIsOpen} trigger={<Trigger conversation={conversation} />}>
        <MenuChoice
          label={t('assignee.title')}
          value={conversation.assignee_id ?? NOBODY}
          options={[
            ...peopleOf(agents, me, conversation.assignee_id, loads, offDuty),
            { value: NOBODY, label: t('assignee.nobody') },
          ]}
          onValueChange={(id) => assign(conversation, id === NOBODY ? null : id)}
        />
        {teams.size > 0 && (
          <>
            <MenuSeparator />
            <MenuChoice
              label={t('team.title')}
              value={team?.id ?? NOBODY}
              options={[
                ...teamsByName(teams).map(({ id, name }) => ({ value: id, label: name })),
                { value: NOBODY, label: t('team.none') },
              ]}
              onValueChange={(id) => moveToTeam(conversation, id === NOBODY ? null : id)}
            />
          </>
        )}
      </Menu>
    </span>
  );
}

/** Oneself first, then by name; somebody who has left only while they still have it. */
function peopleOf(agents: ReadonlyMap<Id, Agent>, me: Id, assigneeId: Id | null, loads: Loads, offDuty: OffDuty) {
  return [...agents.values()]
    .filter((agent) => agent.is_active || agent.id === assigneeId)
    .sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name))
    .map((agent) => ({
      value: agent.id,
      label: agent.id === me ? t('assignee.me', { name: agent.name }) : agent.name,
      ...wordsOfLoad(hindranceText(agent, offDuty), loads.get(agent.id)),
    }));
}

/** Base UI hands its own properties to the button. */
function Trigger({ conversation, ...rest }: { readonly conversation: Conversation; readonly disabled?: boolean }) {
  const agents = useStore((state) => state.agents);
  const me = useStore((state) => state.me);
  const team = useStore((state) => (conversation.team_id === null ? undefined : state.teams.get(conversation.team_id)));
  const assignee = conversation.assignee_id === null ? undefined : agents.get(conversation.assignee_id);
  const who = assignee ? (assignee.id === me ? t('row.you') : (assignee.name.split(' ')[0] ?? '')) : '';
  return (
    <button
      type="button"
      className="flex h-8 items-center gap-2 rounded-md px-2 font-medium enabled:hover:bg-hover"
      {...rest}
    >
      {assignee ? (
        <Avatar
          name={assignee.name}
          seed={assignee.id}
          size={20}
          isSelf={assignee.id === me}
          availability={assignee.availability}
        />
      ) : (
        <NobodyMark size={20} />
      )}
      <span className="sr-only">
        {t('assignee.label', { name: who || t('assignee.nobody') })}
        {assignee && assignee.availability !== 'online' && ` ${availabilityText(assignee)}`}
        {team && ` ${t('team.label', { team: team.name })}`}
      </span>
      {/* As wide for one name as for another: who stands beside it keeps their place. */}
      <span aria-hidden dir="auto" className="w-20 truncate text-start @max-[520px]:hidden">
        {who || t('assignee.nobody')}
      </span>
      {team && (
        <span aria-hidden className="flex min-w-0 items-center gap-1.5 font-normal text-muted">
          <LabelDot colour={team.colour} />
          <bdi className="w-20 truncate text-start @max-[640px]:hidden">{team.name}</bdi>
        </span>
      )}
      {rest.disabled !== true && <ChevronDown aria-hidden size={14} strokeWidth={1.75} />}
    </button>
  );
}
