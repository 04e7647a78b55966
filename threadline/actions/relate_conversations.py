"""Link two conversations that have to do with each other, and take the link away."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys
from threadline.store.merges import delete_relation, insert_relation
from threadline.store.session import Session


async def relate_conversations(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    other_id: UUID,
    is_related: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    """Of any contacts. Neither moves, and no thread tells of it. Raises NotFound, Invalid for one with itself."""
    if conversation_id == other_id:
        raise Invalid("A conversation cannot be linked with itself.", field="other_id", reason="relate_itself")
    both = [await access_conversation_keys(session, caller, id) for id in (conversation_id, other_id)]
    if is_related:
        is_changed = await insert_relation(session, conversation_id, other_id, made_by=caller.agent_id)
    else:
        is_changed = await delete_relation(session, conversation_id, other_id)
    if not is_changed:
        return
    session.record(
        *(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.CONVERSATION_CHANGED,
                at=now,
                conversation_id=one.id,
                contact_id=one.contact_id,
                channel_id=one.channel_id,
                actor_id=caller.actor_id,
                data={"has_new_links": True},
            )
            for one in both
        )
    )
