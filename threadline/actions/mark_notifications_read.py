"""Mark notifications as read, for every device of their agent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.notifications import count_unread, mark_read
from threadline.store.session import Session


async def mark_notifications_read(
    session: Session, *, caller: Caller, agent_id: UUID, ids: Sequence[UUID] | None, now: datetime, new_id: NewId
) -> None:
    """`ids` None: all of the agent's. Ids of others are nobody's here."""
    if not await mark_read(session, agent_id=agent_id, ids=ids, now=now):
        return
    connection = await session.raw()
    unread = await count_unread(connection, workspace_id=caller.workspace_id, agent_ids=[agent_id])
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.NOTIFICATIONS_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"unread": unread[agent_id]},
        )
    )
