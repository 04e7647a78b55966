"""Signing in: a session under a fresh cookie, and a line in the record for every try that concerned somebody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.infra.opaque_tokens import hash_token, new_opaque_token
from threadline.store.session import Session
from threadline.store.sessions import insert_session


@dataclass(frozen=True, slots=True)
class Client:
    """From where somebody comes: shown to them in the list of their own sessions."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    idle_s: float
    absolute_s: float


async def sign_in(
    session: Session,
    *,
    person_id: UUID,
    agent_id: UUID,
    workspace_id: UUID,
    client: Client,
    lifetime: SessionLifetime,
    now: datetime,
    new_id: NewId,
) -> str:
    """Opens a session for somebody whose password was right; returns its cookie, never one that was there before."""
    token = new_opaque_token()
    await insert_session(
        session,
        session_id=new_id(),
        token_hash=hash_token(token),
        person_id=person_id,
        workspace_id=workspace_id,
        csrf_token=new_opaque_token(),
        address=client.address,
        user_agent=client.user_agent[:300],
        idle_s=lifetime.idle_s,
        absolute_s=lifetime.absolute_s,
    )
    session.record(_line(EventKind.SIGNED_IN, workspace_id, agent_id, now, new_id=new_id))
    return token


async def note_failed_sign_in(
    session: Session, *, workspace_id: UUID, agent_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Somebody tried this agent's address with a wrong password."""
    session.record(_line(EventKind.SIGN_IN_FAILED, workspace_id, agent_id, now, new_id=new_id))


def _line(kind: EventKind, workspace_id: UUID, agent_id: UUID, now: datetime, new_id: NewId) -> Event:
    actor_id = agent_id if kind is EventKind.SIGNED_IN else None
    return Event(id=new_id(), workspace_id=workspace_id, kind=kind, at=now, agent_id=agent_id, actor_id=actor_id)
