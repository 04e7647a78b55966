"""Ending sessions: one's own, another of one's own, or all that somebody has in a workspace."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, check_may_grant
from threadline.store.agents import lock_agent
from threadline.store.roles import rights_of_role
from threadline.store.session import Session
from threadline.store.sessions import revoke_session, revoke_sessions


async def sign_out(
    session: Session, *, caller: Caller, person_id: UUID, session_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Ends the session that asks."""
    if await revoke_session(session, session_id, person_id=person_id):
        session.record(_line(EventKind.SIGNED_OUT, caller, now, new_id=new_id))


async def revoke_own_session(
    session: Session, *, caller: Caller, person_id: UUID, session_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Ends another session of the same person. Raises NotFound if it is none of theirs."""
    if not await revoke_session(session, session_id, person_id=person_id):
        raise NotFound("This session does not exist.")
    session.record(_line(EventKind.SESSION_REVOKED, caller, now, new_id=new_id))


async def sign_out_agent(session: Session, *, caller: Caller, agent_id: UUID, now: datetime, new_id: NewId) -> None:
    """Ends every session that an agent has in this workspace; those in others are their admins' affair (S14).

    Raises NotFound, and Forbidden for somebody who stands above the caller.
    """
    agent = await lock_agent(session, agent_id)
    rights = await rights_of_role(session, agent.role, agent.role_id)
    check_may_grant(caller, rights, sees=agent.sees, channel_ids=agent.channel_ids)
    if await revoke_sessions(session, person_id=agent.person_id, workspace_id=caller.workspace_id):
        session.record(_line(EventKind.SESSION_REVOKED, caller, now, agent_id=agent_id, new_id=new_id))


def _line(kind: EventKind, caller: Caller, now: datetime, *, agent_id: UUID | None = None, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=kind,
        at=now,
        agent_id=agent_id or caller.agent_id,
        actor_id=caller.actor_id,
    )
