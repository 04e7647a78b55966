"""Take the demo away: what it filled, with whatever was done to it since, and nothing else. The events tell of it."""

from datetime import datetime

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.demo import remove_demo_things
from threadline.store.session import Session


async def remove_demo(session: Session, *, caller: Caller, now: datetime, new_id: NewId) -> None:
    count = await remove_demo_things(session)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.DEMO_REMOVED,
            at=now,
            actor_id=caller.actor_id,
            data={"conversations": count},
        )
    )
