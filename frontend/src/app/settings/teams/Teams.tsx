import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { teamsByName } from '@/app/teams/teams';
import { request } from '@/shared/api/http';
import type { Id, Team } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { loadTeams } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { LabelDot } from '@/shared/ui/LabelMark';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { TeamDialog } from './TeamDialog';

const NAMED = 4;

/** The teams of the workspace. They live on the feed: what others change is seen at once. */
export function Teams() {
  const teams = useStore((state) => state.teams);
  const areLoaded = useStore((state) => state.areTeamsLoaded);
  const [editedId, setEditedId] = useState<Id>();
  const [isCreating, setCreating] = useState(false);
  const [deleted, setDeleted] = useState<Team>();
  const edited = editedId === undefined ? undefined : teams.get(editedId);

  async function remove(team: Team): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/teams/${team.id}`), { done: t('settings.teams.deleted') });
    await loadTeams().catch(() => undefined); // the feed tells of it, too
  }

  return (
    <Page
      group={t('settings.group.workspace')}
      title={t('settings.teams.title')}
      text={t('settings.teams.text')}
      action={
        <Button icon={Plus} onClick={() => setCreating(true)}>
          {t('settings.teams.create')}
        </Button>
      }
    >
      {!areLoaded && <Skeleton />}
      {areLoaded && teams.size === 0 && (
        <EmptyState title={t('settings.teams.none')} text={t('settings.teams.none_text')} />
      )}
      {teams.size > 0 && (
        <Rows label={t('settings.teams.title')}>
          {teamsByName(teams).map((team) => (
            <TeamRow key={team.id} team={team} onEdit={() => setEditedId(team.id)} onDelete={() => setDeleted(team)} />
          ))}
        </Rows>
      )}
      {isCreating && <TeamDialog onClose={() => setCreating(false)} />}
      {edited && <TeamDialog key={edited.id} team={edited} onClose={() => setEditedId(undefined)} />}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.teams.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.teams.delete_text')}
        action={t('settings.teams.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

interface TeamRowProps {
  readonly team: Team;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function TeamRow({ team, onEdit, onDelete }: TeamRowProps) {
  return (
    <Row
      start={<LabelDot colour={team.colour} className="size-2.5" />}
      title={<bdi className="truncate">{team.name}</bdi>}
      text={useMembers(team)}
      end={
        <>
          <IconButton icon={Pencil} label={t('settings.teams.edit', { name: team.name })} onClick={onEdit} />
          <IconButton icon={Trash2} label={t('settings.teams.delete_named', { name: team.name })} onClick={onDelete} />
        </>
      }
    />
  );
}

/** A few by name, the others by their number. */
function useMembers(team: Team): string {
  const agents = useStore((state) => state.agents);
  const names = team.member_ids
    .flatMap((id) => agents.get(id) ?? [])
    .filter((agent) => agent.is_active)
    .map((agent) => agent.name)
    .sort((a, b) => a.localeCompare(b));
  if (names.length === 0) return t('settings.teams.nobody');
  const others = names.length - NAMED;
  if (others <= 0) return formatList(names);
  return formatList([...names.slice(0, NAMED), t('settings.teams.others', { count: others })]);
}
