"""Ending sessions: one's own, or another of one's own."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.sessions import revoke_session


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


def _line(kind: EventKind, caller: Caller, now: datetime, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=kind,
        at=now,
        agent_id=caller.agent_id,
        actor_id=caller.actor_id,
    )
