"""Invite somebody into the workspace by a link that is shown once (S7, S15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, RoleName, Sees, check_may_grant
from threadline.infra.opaque_tokens import hash_token, new_opaque_token
from threadline.store import links
from threadline.store.agents import list_agents
from threadline.store.people import normal_email
from threadline.store.roles import rights_of_role
from threadline.store.session import Session
from threadline.store.workspaces import channels_exist

INVITATION_LIFETIME_S = 72 * 3600.0


@dataclass(frozen=True, slots=True)
class NewInvitation:
    id: UUID
    token: str
    """Shown once; only its hash is kept."""


async def invite_agent(
    session: Session,
    *,
    caller: Caller,
    email: str,
    role: RoleName,
    role_id: UUID | None = None,
    sees: Sees,
    channel_ids: Sequence[UUID] | None,
    now: datetime,
    new_id: NewId,
) -> NewInvitation:
    """Invitations sent to the same address before stop working. `role_id`: a role of the workspace's own.

    Raises Forbidden (more than the caller holds), Invalid (an unknown role or channel), Conflict (already here).
    """
    rights = await rights_of_role(session, role, role_id)
    check_may_grant(caller, rights, sees=sees, channel_ids=channel_ids)
    if channel_ids is not None and not await channels_exist(session, channel_ids):
        raise Invalid("One of these channels does not exist.", field="channel_ids")
    email = normal_email(email)
    if any(agent.email == email and agent.is_active for agent in await list_agents(session)):
        raise Conflict("This person is in the workspace already.", reason="person_here_already")
    await links.revoke_invitations_for(session, email)
    invitation = NewInvitation(new_id(), new_opaque_token())
    await links.insert_link(
        session,
        link_id=invitation.id,
        token_hash=hash_token(invitation.token),
        purpose="invitation",
        workspace_id=caller.workspace_id,
        role=role.value,
        role_id=role_id,
        lifetime_s=INVITATION_LIFETIME_S,
        email=email,
        sees=sees,
        channel_ids=channel_ids,
        invited_by=caller.agent_id,
    )
    session.record(_line(EventKind.INVITATION_CREATED, caller, now, {"role": role.value}, new_id=new_id))
    return invitation


async def revoke_invitation(
    session: Session, *, caller: Caller, invitation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound if there is none that could still be used."""
    await links.revoke_invitation(session, invitation_id)
    session.record(_line(EventKind.INVITATION_REVOKED, caller, now, {}, new_id=new_id))


def _line(
    kind: EventKind, caller: Caller, now: datetime, data: dict[str, str | int | bool | None], new_id: NewId
) -> Event:
    return Event(id=new_id(), workspace_id=caller.workspace_id, kind=kind, at=now, actor_id=caller.actor_id, data=data)
