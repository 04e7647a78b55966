"""Say how much a conversation presses. It moves no row but where lists are ordered by it."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.conversation import priority_line
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store import conversations
from threadline.store.session import Session


async def set_priority(
    session: Session, *, caller: Caller, conversation_id: UUID, priority: int, now: datetime, new_id: NewId
) -> None:
    """`priority` from 0, none, to 3, urgent. Raises NotFound."""
    conversation = await conversations.access_conversation_keys(session, caller, conversation_id, is_locked=True)
    before = await conversations.set_priority(session, conversation_id=conversation.id, priority=priority)
    if before == priority:
        return
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=priority_line(before, priority),
        data={"priority": priority, "previous_priority": before},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
