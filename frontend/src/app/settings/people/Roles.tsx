import { useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { OwnRole } from '../types';
import { RoleDialog } from './RoleDialog';
import { useRoles } from './rights';

/** What people may be here: the three that are built in, and the workspace's own. */
export function Roles() {
  const queries = useQueryClient();
  const query = useRoles();
  const [editedId, setEditedId] = useState<Id>();
  const [isCreating, setCreating] = useState(false);
  const [deleted, setDeleted] = useState<OwnRole>();
  const edited = query.data?.items.find(({ id }) => id === editedId);

  async function remove(role: OwnRole): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/roles/${role.id}`), { done: t('settings.roles.deleted') });
    await queries.invalidateQueries({ queryKey: ['roles'] });
  }

  return (
    <Block title={t('settings.roles.title')} text={t('settings.roles.text')}>
      <Loaded query={query}>
        {({ built_in: builtIn, items }) => (
          <Rows label={t('settings.roles.title')}>
            {builtIn.map(({ name, permissions }) => (
              <Row
                key={name}
                title={t(`settings.role.${name}`)}
                text={`${t(`settings.role.${name}_hint`)} · ${t('settings.roles.rights', { count: permissions.length })}`}
                end={<span className="text-13 text-muted">{t('settings.roles.built_in')}</span>}
              />
            ))}
            {items.map((role) => (
              <OwnRoleRow
                key={role.id}
                role={role}
                onEdit={() => setEditedId(role.id)}
                onDelete={() => setDeleted(role)}
              />
            ))}
          </Rows>
        )}
      </Loaded>
      <Button icon={Plus} className="self-start" onClick={() => setCreating(true)}>
        {t('settings.roles.create')}
      </Button>
      {isCreating && <RoleDialog onClose={() => setCreating(false)} />}
      {edited && <RoleDialog key={edited.id} role={edited} onClose={() => setEditedId(undefined)} />}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.roles.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.roles.delete_text')}
        action={t('settings.roles.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Block>
  );
}

interface OwnRoleRowProps {
  readonly role: OwnRole;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function OwnRoleRow({ role, onEdit, onDelete }: OwnRoleRowProps) {
  const people = role.agent_count
    ? t('settings.roles.people', { count: role.agent_count })
    : t('settings.roles.nobody');
  return (
    <Row
      title={<bdi className="truncate">{role.name}</bdi>}
      text={`${people} · ${t('settings.roles.rights', { count: role.permissions.length })}`}
      end={
        <>
          <IconButton icon={Pencil} label={t('settings.roles.edit', { name: role.name })} onClick={onEdit} />
          <IconButton icon={Trash2} label={t('settings.roles.delete_named', { name: role.name })} onClick={onDelete} />
        </>
      }
    />
  );
}
