"""Say that an uncertain message arrived: a person knows better than we do."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from threadline.actions.show_statuses import show_statuses
from threadline.core.errors import Conflict
from threadline.store import outgoing, resending
from threadline.store.session import Session


async def settle_message(
    session: Session,
    *,
    workspace_id: UUID,
    message_id: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
    actor_id: UUID | None = None,
) -> None:
    """Its uncertain attempts count as delivered; a copy that has not left is not sent. Raises NotFound, Conflict."""
    message = await resending.get_our_message(session, workspace_id, message_id)
    await outgoing.lock_conversation(session, workspace_id, message.conversation_id)
    found = await resending.lock_attempts(session, workspace_id, message_id)
    if not any(attempt.is_uncertain for attempt in found):
        raise Conflict("Nothing about this message is uncertain.", reason="nothing_uncertain")
    await resending.deliver_uncertain(session, workspace_id, message_id)
    await show_statuses(session, workspace_id, [message_id], actor_id=actor_id, now=now, new_id=new_id)
