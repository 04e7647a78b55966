"""How far an agent has read: known to all of that agent's screens."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys, raise_read_count
from threadline.store.session import Session


async def read_conversation(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    incoming_count: int,
    now: datetime,
    new_id: NewId,
) -> None:
    """Never backwards, and never further than there are messages. Raises NotFound."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    read_count = min(incoming_count, conversation.incoming_count)
    if not await raise_read_count(session, agent_id=agent_id, conversation_id=conversation_id, read_count=read_count):
        return
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONVERSATION_READ,
            at=now,
            conversation_id=conversation_id,
            channel_id=conversation.channel_id,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"read_count": read_count},
        )
    )
