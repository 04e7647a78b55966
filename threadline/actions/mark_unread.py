"""Take back how far an agent has read: from a message of the customer on everything is new to them again."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys, set_read_count
from threadline.store.messages import count_incoming_from
from threadline.store.session import Session


async def mark_unread(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    message_id: UUID,
    now: datetime,
    new_id: NewId,
) -> None:
    """On all of the agent's screens alike. Raises NotFound (no such message of the customer in it)."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    unread = await count_incoming_from(
        session,
        conversation_id=conversation.id,
        message_id=message_id,
        last_message_id=conversation.last_message_id,
    )
    if unread == 0:
        raise NotFound("This message does not exist.")
    read_count = max(0, conversation.incoming_count - unread)
    await set_read_count(session, agent_id=agent_id, conversation_id=conversation.id, read_count=read_count)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONVERSATION_READ,
            at=now,
            conversation_id=conversation.id,
            channel_id=conversation.channel_id,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"read_count": read_count},
        )
    )
