"""Rename the workspace."""

from datetime import datetime

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.workspaces import rename_workspace


async def change_workspace(session: Session, *, caller: Caller, name: str, now: datetime, new_id: NewId) -> None:
    await rename_workspace(session, name)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.WORKSPACE_CHANGED,
            at=now,
            actor_id=caller.actor_id,
        )
    )
