"""Take a message back that never got through: it leaves the thread and is not sent any more."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.message import Status
from threadline.store import attempts, outgoing, resending
from threadline.store.reply_sendings import delete_sendings
from threadline.store.sent_texts import delete_sent_texts
from threadline.store.session import Session


async def discard_message(
    session: Session,
    *,
    workspace_id: UUID,
    message_id: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
    actor_id: UUID | None = None,
) -> None:
    """Discard what failed, or what still waits in the queue.

    Raises NotFound, and Conflict if any part of it reached the provider, is on its way, or may have arrived.
    """
    message = await resending.get_our_message(session, workspace_id, message_id)
    conversation = await outgoing.lock_conversation(session, workspace_id, message.conversation_id)
    found = await resending.lock_attempts(session, workspace_id, message_id)
    if any(attempt.status not in (Status.QUEUED, Status.FAILED) for attempt in found):
        raise Conflict(
            "This message, or a part of it, is on its way or has arrived. It cannot be discarded.",
            reason="cannot_discard",
        )
    await resending.cancel_attempts(session, workspace_id, message_id)
    await attempts.release_next(session, [conversation.id], not_before=message_id)
    await resending.hide_message(session, workspace_id, message, now=now)
    await delete_sendings(session, message_id)
    await delete_sent_texts(session, message_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.MESSAGE_DELETED,
            at=now,
            conversation_id=conversation.id,
            message_id=message_id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=actor_id,
            data={"discarded": True},
        )
    )
    session.hint(f"outbox:{conversation.channel_id}")
