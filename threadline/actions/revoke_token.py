"""Withdraw an API token: the next request with it is refused, and its socket is closed within seconds."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import tokens
from threadline.store.session import Session


async def revoke_token(session: Session, *, caller: Caller, token_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound."""
    await tokens.revoke_token(session, token_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.TOKEN_REVOKED,
            at=now,
            actor_id=caller.actor_id,
            data={"token_id": str(token_id)},
        )
    )
