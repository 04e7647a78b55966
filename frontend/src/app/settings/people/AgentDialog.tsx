import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { fetchLeft } from '@/app/finishing/calls';
import { paths } from '@/app/paths';
import { act } from '../act';
import type { Agent } from '../types';
import { AccessFields, type Access } from './AccessFields';
import { SignOut } from './SignOut';

export interface AgentDialogProps {
  readonly agent: Agent;
  readonly onClose: () => void;
}

/** Changes what a colleague may do and see, ends their sessions, or takes their access away. */
export function AgentDialog({ agent, onClose }: AgentDialogProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const session = useSignedIn();
  const [access, setAccess] = useState<Access>(agent);
  const [isNovice, setNovice] = useState(agent.is_novice);
  const isSelf = session.agent.id === agent.id;

  async function change(next: Partial<Agent>, done: string): Promise<void> {
    const before: Partial<Agent> = {
      ...accessOf(agent),
      is_active: agent.is_active,
      is_novice: agent.is_novice,
    };
    const patch = async (body: Partial<Agent>): Promise<void> => {
      await request('PATCH', `/api/agents/${agent.id}`, { body });
      await queries.invalidateQueries({ queryKey: ['agents'] });
      await queries.invalidateQueries({ queryKey: ['roles'] });
    };
    const isDone = await act(() => patch(next), { done, undo: () => void act(() => patch(before)) });
    if (isDone) onClose();
  }

  /** What they have is asked about first; who has nothing goes at once. */
  async function deactivate(): Promise<void> {
    const left = await fetchLeft(agent.id).catch(() => null);
    if (left && left.chats.length + left.scheduled.length > 0) navigate(paths.finish(agent.id, true));
    else await change({ is_active: false }, t('settings.people.deactivated'));
  }

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={agent.name}
      description={agent.email}
      footer={
        <>
          {!isSelf && (
            <Button
              look={agent.is_active ? 'danger' : 'outlined'}
              className="me-auto"
              onClick={() =>
                void (agent.is_active ? deactivate() : change({ is_active: true }, t('settings.people.activated')))
              }
            >
              {agent.is_active ? t('settings.people.deactivate') : t('settings.people.activate')}
            </Button>
          )}
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            look="filled"
            onClick={() => void change({ ...accessOf(access), is_novice: isNovice }, t('common.saved'))}
          >
            {t('common.save')}
          </Button>
        </>
      }
    >
      <AccessFields access={access} onChange={setAccess} />
      <Checkbox
        label={t('settings.people.novice')}
        hint={t('settings.people.novice_hint')}
        checked={isNovice}
        onCheckedChange={setNovice}
      />
      {!isSelf && agent.is_active && <SignOut agent={agent} />}
      {isSelf && <p className="text-13 text-muted">{t('settings.people.yourself')}</p>}
    </Dialog>
  );
}

function accessOf({ role, role_id, sees, channel_ids }: Access): Access {
  return { role, role_id, sees, channel_ids };
}
