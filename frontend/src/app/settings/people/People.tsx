import { useQuery, useQueryClient } from '@tanstack/react-query';
import { MailPlus, Pencil, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatList, formatNumber, formatRelative } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { fetchAbsent } from '@/app/finishing/calls';
import { paths } from '@/app/paths';
import { availabilityText } from '@/app/availability/words';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Agent, Invitation, Sees } from '../types';
import { AgentDialog } from './AgentDialog';
import { InviteDialog } from './InviteDialog';
import { Roles } from './Roles';
import { useRoleName } from './rights';

/** Who works here, what they may do and what they see; and who is invited. */
export function People() {
  const agents = useQuery({
    queryKey: ['agents'],
    queryFn: () => request<{ items: Agent[] }>('GET', '/api/agents'),
  });
  const [editedId, setEditedId] = useState<Id | null>(null);
  const [isInviting, setIsInviting] = useState(false);
  const edited = agents.data?.items.find(({ id }) => id === editedId);
  return (
    <Page
      group={t('settings.group.workspace')}
      title={t('settings.people.title')}
      text={t('settings.people.text')}
      action={
        <Button icon={UserPlus} onClick={() => setIsInviting(true)}>
          {t('settings.people.invite')}
        </Button>
      }
    >
      <AbsentLink />
      <Loaded query={agents}>
        {({ items }) => (
          <Rows label={t('settings.people.title')}>
            {items.map((agent) => (
              <AgentRow key={agent.id} agent={agent} onEdit={() => setEditedId(agent.id)} />
            ))}
          </Rows>
        )}
      </Loaded>
      <Invitations />
      <Roles />
      {edited !== undefined && <AgentDialog key={edited.id} agent={edited} onClose={() => setEditedId(null)} />}
      {isInviting && <InviteDialog onClose={() => setIsInviting(false)} />}
    </Page>
  );
}

/** Shown while somebody is away who has chats. */
function AbsentLink() {
  const { permissions } = useSignedIn().agent;
  const query = useQuery({
    queryKey: ['absent'],
    queryFn: fetchAbsent,
    enabled: permissions.includes('conversations:assign'),
  });
  if (!query.data?.length) return null;
  return (
    <Link
      href={paths.absent()}
      className="flex min-h-11 items-center justify-between gap-3 rounded-lg border border-warn/50 px-4 py-2 text-14 hover:bg-hover"
    >
      {t('palette.absent')}
      <span className="tabular text-muted">{formatNumber(query.data.length)}</span>
    </Link>
  );
}

function AgentRow({ agent, onEdit }: { readonly agent: Agent; readonly onEdit: () => void }) {
  const session = useSignedIn();
  const isSelf = session.agent.id === agent.id;
  const scope = useScope(agent.sees, agent.channel_ids);
  const roleName = useRoleName();
  const live = useStore((state) => state.agents.get(agent.id)) ?? agent;
  return (
    <Row
      start={
        <Avatar
          name={agent.name}
          seed={agent.id}
          isSelf={isSelf}
          availability={agent.is_active ? live.availability : undefined}
        />
      }
      title={
        <>
          <bdi className="truncate">{agent.name}</bdi>
          {isSelf && <span className="shrink-0 text-13 font-normal text-muted">{t('settings.people.you')}</span>}
          {!agent.is_active && <Badge>{t('settings.people.inactive')}</Badge>}
        </>
      }
      text={
        <>
          <span dir="ltr">{agent.email}</span>
          <span className="block">{scope}</span>
          {agent.is_active && <span className="block">{availabilityText(live)}</span>}
        </>
      }
      end={
        <>
          <span className="text-13 text-muted">{roleName(agent)}</span>
          <IconButton icon={Pencil} label={t('settings.people.edit', { name: agent.name })} onClick={onEdit} />
        </>
      }
    />
  );
}

/** "All conversations" or "Own conversations, in Shop and Workshop". */
function useScope(sees: Sees, channelIds: readonly Id[] | null): string {
  const { data: channels } = useChannels();
  const what = t(`settings.people.sees_${sees}`);
  if (channelIds === null) return what;
  const names = channelIds.flatMap((id) => channels?.find((channel) => channel.id === id)?.name ?? []);
  return names.length === 0
    ? t('settings.people.no_channels')
    : t('settings.people.sees_in', { what, channels: formatList(names) });
}

function Invitations() {
  const queries = useQueryClient();
  const roleName = useRoleName();
  const query = useQuery({
    queryKey: ['invitations'],
    queryFn: () => request<{ items: Invitation[] }>('GET', '/api/invitations'),
  });

  async function revoke(invitation: Invitation): Promise<void> {
    await act(() => request('DELETE', `/api/invitations/${invitation.id}`), {
      done: t('settings.people.invitation_revoked'),
    });
    await queries.invalidateQueries({ queryKey: ['invitations'] });
  }

  if (query.data === undefined || query.data.items.length === 0) return null;
  return (
    <Block title={t('settings.people.invited')}>
      <Rows label={t('settings.people.invited')}>
        {query.data.items.map((invitation) => (
          <Row
            key={invitation.id}
            start={<MailPlus aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
            title={<span dir="ltr">{invitation.email}</span>}
            text={t('settings.people.invitation_line', {
              role: roleName(invitation),
              when: formatRelative(invitation.expires_at),
            })}
            end={
              <Button size="small" onClick={() => void revoke(invitation)}>
                {t('settings.people.revoke')}
              </Button>
            }
          />
        ))}
      </Rows>
    </Block>
  );
}
