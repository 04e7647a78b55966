"""Change what an agent may do and see, or end their time in the workspace. One admin always remains (S7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.finishing import scheduled_left, waiting_left
from threadline.core.ids import NewId
from threadline.core.permission import Caller, RoleName, Sees, check_may_grant, visibility_of
from threadline.store.agents import AgentKeys, lock_admins, lock_agent, update_agent
from threadline.store.finished_shifts import count_left
from threadline.store.links import revoke_invitations_by
from threadline.store.roles import rights_of_role
from threadline.store.session import Session
from threadline.store.sessions import revoke_sessions
from threadline.store.workspaces import channels_exist


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What an agent is to be from now on."""

    role: RoleName
    sees: Sees
    channel_ids: Sequence[UUID] | None
    is_active: bool
    is_novice: bool | None = None
    """None: as before."""
    role_id: UUID | None = None
    """A role of the workspace's own, beside `RoleName.AGENT`."""


async def change_agent(
    session: Session, *, caller: Caller, agent_id: UUID, change: "AgentChange", now: datetime, new_id: NewId
) -> None:
    """Sessions here, invitations and open sockets of somebody who loses rights end with them (S6, S14).

    Raises NotFound, Forbidden (more than the caller holds), Invalid (an unknown role or channel), Conflict (the last
    admin; somebody waits for who is to go, or a message of theirs is to go out: actions/finish_shift.py).
    """
    admin_ids = await lock_admins(session)
    before = await lock_agent(session, agent_id)
    # Whoever is changed must not stand above the caller, neither before nor after.
    held = await rights_of_role(session, before.role, before.role_id)
    rights = await rights_of_role(session, change.role, change.role_id)
    check_may_grant(caller, held, sees=before.sees, channel_ids=before.channel_ids)
    check_may_grant(caller, rights, sees=change.sees, channel_ids=change.channel_ids)
    if change.channel_ids is not None and not await channels_exist(session, change.channel_ids):
        raise Invalid("One of these channels does not exist.", field="channel_ids")
    _check_admin_remains(admin_ids, agent_id, change)
    if before.is_active and not change.is_active:
        await _check_leaves_nobody(session, agent_id)
    await update_agent(
        session,
        agent_id,
        role=change.role.value,
        role_id=change.role_id,
        sees=change.sees,
        channel_ids=change.channel_ids,
        is_active=change.is_active,
        is_novice=before.is_novice if change.is_novice is None else change.is_novice,
    )
    if not change.is_active:
        await revoke_sessions(session, person_id=before.person_id, workspace_id=caller.workspace_id)
    if not change.is_active or not (held <= rights and _sees_as_much(change, before)):
        await revoke_invitations_by(session, agent_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.AGENT_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={
                "role": change.role.value,
                "role_id": None if change.role_id is None else str(change.role_id),
                "previous_role": before.role,
                "sees": change.sees,
                "is_active": change.is_active,
            },
        )
    )


async def _check_leaves_nobody(session: Session, agent_id: UUID) -> None:
    waiting, scheduled = await count_left(session, agent_id)
    if waiting:
        raise waiting_left(waiting)
    if scheduled:
        raise scheduled_left(scheduled)


def _sees_as_much(change: AgentChange, before: AgentKeys) -> bool:
    """What somebody gave away by an invitation they could give away still (S7)."""
    now = visibility_of(change.sees, agent_id=before.id, team_ids=(), channel_ids=change.channel_ids)
    return now.covers(before.channel_ids, sees=before.sees)


def _check_admin_remains(admin_ids: list[UUID], agent_id: UUID, change: AgentChange) -> None:
    """The rows of all admins are locked: two who leave at once take turns."""
    stays = change.is_active and change.role is RoleName.ADMIN
    if admin_ids == [agent_id] and not stays:
        raise Conflict("A workspace needs an admin. Give this role to somebody else first.", reason="last_admin")
