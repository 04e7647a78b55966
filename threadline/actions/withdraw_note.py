"""Withdraw a note: it is struck from the thread and keeps its trace – that there was one, whose, and when (S65)."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.store import outgoing
from threadline.store.mentions import forget_mentions
from threadline.store.messages import access_message, strike_message
from threadline.store.session import Session


async def withdraw_note(session: Session, *, caller: Caller, message_id: UUID, now: datetime, new_id: NewId) -> None:
    """By its author, or by who hands out conversations. Once more does nothing.

    Raises NotFound, Invalid (no note), Forbidden (somebody else's).
    """
    message = await access_message(session, caller, message_id)
    if message.direction != "note":
        raise Invalid("Only notes can be withdrawn.", field="message_id", reason="withdraw_no_note")
    if message.author.id != caller.agent_id and not caller.may(Permission.CONVERSATIONS_ASSIGN):
        raise Forbidden("This note is a colleague's. Ask them, or a supervisor.", reason="note_of_another")
    if message.deleted_at is not None:
        return
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, message.conversation_id)
    await strike_message(session, message_id, now=now)
    await forget_mentions(session, message_id=message_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.MESSAGE_DELETED,
            at=now,
            conversation_id=conversation.id,
            message_id=message_id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=caller.actor_id,
            data={"withdrawn": True},
        )
    )
