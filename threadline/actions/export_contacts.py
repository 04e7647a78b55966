"""Keep in the record that somebody took a table of contacts away."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.session import Session


def record_export(session: Session, *, caller: Caller, segment_id: UUID | None, now: datetime, new_id: NewId) -> None:
    """Before the first row leaves: whoever breaks off has what came until then. What was asked for may name somebody,
    so the record says only which segment it was, if it was one."""
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONTACTS_EXPORTED,
            at=now,
            agent_id=caller.agent_id,
            actor_id=caller.actor_id,
            data={"segment_id": str(segment_id)} if segment_id else {},
        )
    )
