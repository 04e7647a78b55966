"""Delete a label: it is off everything at once. Threads go on telling that it was there, by its name of that time."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import labels
from threadline.store.session import Session


async def delete_label(session: Session, *, caller: Caller, label_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound."""
    await labels.delete_label(session, label_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.LABEL_DELETED,
            at=now,
            actor_id=caller.actor_id,
            data={"label_id": str(label_id)},
        )
    )
