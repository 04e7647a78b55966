"""Make a label."""

from datetime import datetime

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.label import MOST_OF_A_KIND, LabelColour, LabelKind
from threadline.core.permission import Caller
from threadline.store import labels
from threadline.store.labels import Label
from threadline.store.session import Session


async def create_label(
    session: Session,
    *,
    caller: Caller,
    kind: LabelKind,
    name: str,
    colour: LabelColour,
    now: datetime,
    new_id: NewId,
) -> Label:
    """Raises Conflict: the name is taken, or there are as many labels of this kind as lists and menus bear."""
    if await labels.count_labels(session, kind) >= MOST_OF_A_KIND:
        raise Conflict(
            f"There are {MOST_OF_A_KIND} labels already. Please delete some that nobody needs.",
            reason="too_many_labels",
            values={"limit": str(MOST_OF_A_KIND)},
        )
    label = Label(id=new_id(), kind=kind, name=name, colour=colour)
    await labels.insert_label(session, label)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.LABEL_CREATED,
            at=now,
            actor_id=caller.actor_id,
            data={"label_id": str(label.id)},
        )
    )
    return label
