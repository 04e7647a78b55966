"""What the feed says when something became of a company."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller


def company_event(caller: Caller, company_id: UUID, *, now: datetime, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=EventKind.COMPANY_CHANGED,
        at=now,
        actor_id=caller.actor_id,
        data={"company_id": str(company_id)},
    )
