"""Rename or recolour a label: everywhere at once, except in what threads tell of the past."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.label import LabelColour
from threadline.core.permission import Caller
from threadline.store import labels
from threadline.store.session import Session


async def change_label(
    session: Session,
    *,
    caller: Caller,
    label_id: UUID,
    name: str | None,
    colour: LabelColour | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """None leaves it as it is. Raises NotFound, Conflict (the name is taken)."""
    before = await labels.get_label(session, label_id)
    await labels.update_label(session, label_id, name=name or before.name, colour=colour or before.colour)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.LABEL_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"label_id": str(label_id)},
        )
    )
