"""What the feed says when somebody changed a contact."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller


def contact_event(
    caller: Caller,
    contact_id: UUID,
    *,
    data: dict[str, str | int | bool | None] | None = None,
    now: datetime,
    new_id: NewId,
) -> Event:
    """`data` tells what became of it, where its row alone does not."""
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=EventKind.CONTACT_CHANGED,
        at=now,
        contact_id=contact_id,
        actor_id=caller.actor_id,
        data=data or {},
    )
