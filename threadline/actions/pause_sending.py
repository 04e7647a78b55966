"""Stop everything that a workspace sends, or let it go on: messages are still written, queued and kept."""

from datetime import datetime

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.workspaces import set_sending_paused


async def pause_sending(session: Session, *, caller: Caller, is_paused: bool, now: datetime, new_id: NewId) -> None:
    """Pausing what is paused changes nothing. After a pause what waited goes in order, unless it waited for a day.

    The hosts of the channels read the switch with every claim (actions/deliver_messages.py).
    """
    if not await set_sending_paused(session, is_paused=is_paused):
        return
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.SENDING_PAUSED if is_paused else EventKind.SENDING_RESUMED,
            at=now,
            actor_id=caller.actor_id,
        )
    )
