"""What people change of themselves. A new password ends every other session of theirs (S14)."""

from datetime import datetime

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.infra.opaque_tokens import hash_token, new_opaque_token
from threadline.store.people import update_person
from threadline.store.session import Session
from threadline.store.sessions import OpenSession, prove_session, revoke_sessions


async def change_person(
    session: Session,
    *,
    caller: Caller,
    open_session: OpenSession,
    name: str | None,
    locale: str | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """Writes what is not None."""
    await update_person(session, open_session.person_id, name=name, locale=locale)
    if name is not None:
        session.record(_line(EventKind.AGENT_CHANGED, caller, now, new_id=new_id))


async def change_password(
    session: Session, *, caller: Caller, open_session: OpenSession, password_hash: str, now: datetime, new_id: NewId
) -> str:
    """Returns the new cookie of this session; all others of the person are over."""
    await update_person(session, open_session.person_id, password_hash=password_hash)
    await revoke_sessions(session, person_id=open_session.person_id, except_id=open_session.id)
    token = new_opaque_token()
    await prove_session(session, open_session.id, token_hash=hash_token(token), forgets_previous=True)
    session.record(_line(EventKind.PASSWORD_CHANGED, caller, now, new_id=new_id))
    return token


def _line(kind: EventKind, caller: Caller, now: datetime, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=kind,
        at=now,
        agent_id=caller.agent_id,
        actor_id=caller.actor_id,
    )
