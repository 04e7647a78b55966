import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Id, LabelColour, Team } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { loadTeams } from '@/shared/store/load';
import { getState, useStore } from '@/shared/store/store';
import { Checkbox } from '@/shared/ui/Checkbox';
import { FormDialog } from '@/shared/ui/FormDialog';
import { LABEL_COLOURS } from '@/shared/ui/LabelMark';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { absenceText } from '@/app/availability/words';
import { HoursChoice } from '../hours/HoursChoice';
import { ColourChoice } from '../parts/ColourChoice';
import { WantedFields } from '../parts/WantedFields';

export interface TeamDialogProps {
  /** Absent: a new one is made. */
  readonly team?: Team;
  readonly onClose: () => void;
}

/** A name, a colour, and who is in it. */
export function TeamDialog({ team, onClose }: TeamDialogProps) {
  const [name, setName] = useState(team?.name ?? '');
  const [colour, setColour] = useState<LabelColour>(() => team?.colour ?? nextColour());
  const [memberIds, setMemberIds] = useState<readonly Id[]>(team?.member_ids ?? []);
  const [needsLabel, setNeedsLabel] = useState(team?.needs_label ?? false);
  const [needsFields, setNeedsFields] = useState<readonly Id[]>(team?.needs_fields ?? []);
  const [calendarId, setCalendarId] = useState(team?.calendar_id ?? null);
  const submit = useSubmit(['name']);

  async function save(): Promise<void> {
    const isSaved = await submit.run(async () => {
      const body = { name: name.trim(), colour };
      if (team === undefined) await request('POST', '/api/teams', { body: { ...body, member_ids: memberIds } });
      else
        await request('PATCH', `/api/teams/${team.id}`, {
          body: {
            ...body,
            needs_label: needsLabel,
            needs_fields: needsFields,
            calendar_id: calendarId,
            ...changeOf(team, memberIds),
          },
        });
    });
    if (!isSaved) return;
    onClose();
    await loadTeams().catch(() => undefined); // the feed tells of it, too
  }

  return (
    <FormDialog
      title={team === undefined ? t('settings.teams.create') : t('settings.teams.edit_title')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.teams.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      <ColourChoice colour={colour} onChange={setColour} />
      <Members ids={memberIds} onChange={setMemberIds} />
      {team !== undefined && (
        <HoursChoice value={calendarId} without={t('settings.hours.of_channel')} onChange={setCalendarId} />
      )}
      {team !== undefined && (
        <Switch
          label={t('settings.teams.needs_label')}
          hint={t('settings.teams.needs_label_hint')}
          checked={needsLabel}
          onCheckedChange={setNeedsLabel}
        />
      )}
      {team !== undefined && (
        <WantedFields hint={t('settings.wanted.team_hint')} ids={needsFields} onChange={setNeedsFields} />
      )}
    </FormDialog>
  );
}

interface MembersProps {
  readonly ids: readonly Id[];
  readonly onChange: (ids: readonly Id[]) => void;
}

function Members({ ids, onChange }: MembersProps) {
  const agents = useStore((state) => state.agents);
  const people = [...agents.values()].filter((agent) => agent.is_active).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1.5 text-14 font-medium">{t('settings.teams.members')}</legend>
      {people.map((agent) => (
        <Checkbox
          key={agent.id}
          label={agent.name}
          hint={absenceText(agent) || agent.email}
          checked={ids.includes(agent.id)}
          onCheckedChange={(isIn) => onChange(isIn ? [...ids, agent.id] : ids.filter((id) => id !== agent.id))}
        />
      ))}
    </fieldset>
  );
}

/** By what changes, so that two who edit a team at once lose nothing of each other's. */
function changeOf(team: Team, memberIds: readonly Id[]): { add: Id[]; remove: Id[] } {
  return {
    add: memberIds.filter((id) => !team.member_ids.includes(id)),
    remove: team.member_ids.filter((id) => !memberIds.includes(id)),
  };
}

/** Neighbours differ as long as there are colours. */
function nextColour(): LabelColour {
  return LABEL_COLOURS[getState().teams.size % LABEL_COLOURS.length] as LabelColour;
}
