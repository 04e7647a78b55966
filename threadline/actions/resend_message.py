"""Send what failed once more: only the parts that did not get through, each as an attempt of its own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from threadline.actions.send_message import check_may_send
from threadline.actions.show_statuses import show_statuses
from threadline.channels.contract import ChannelType
from threadline.core.errors import Conflict
from threadline.core.message import SendClass, Status, shown_status
from threadline.store import attempts, outgoing, resending
from threadline.store.resending import PartAttempt
from threadline.store.session import Session


async def resend_message(
    session: Session,
    *,
    workspace_id: UUID,
    message_id: UUID,
    client_id: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
    find_type: Callable[[str], ChannelType],
    actor_id: UUID | None = None,
) -> None:
    """Queue the failed, held and uncertain parts again. What may have arrived goes with a mark; a repeat does nothing.

    Raises NotFound, Conflict if nothing of it failed, and what `send_message` raises if it may not be sent any more.
    """
    message = await resending.get_our_message(session, workspace_id, message_id)
    conversation = await outgoing.lock_conversation(session, workspace_id, message.conversation_id)
    if await outgoing.find_by_client_id(session, workspace_id, conversation.id, client_id) is not None:
        return
    open_parts = _open_parts(await resending.lock_attempts(session, workspace_id, message_id))
    if not open_parts:
        raise Conflict("Nothing of this message failed.", reason="nothing_failed")
    await check_may_send(
        session,
        workspace_id,
        conversation,
        find_type(conversation.channel_type),
        message.content,
        SendClass.PERSON,
        now,
    )
    await resending.name_repeat(
        session, workspace_id, conversation_id=conversation.id, client_id=client_id, message_id=message_id
    )
    held = [part[-1].id for part in open_parts if _is_held(part)]
    repeated = [part for part in open_parts if not _is_held(part)]
    if held:
        await resending.free_attempts(session, workspace_id, held)
    if repeated:
        repeats = [(part[-1].id, new_id(), any(attempt.is_uncertain for attempt in part)) for part in repeated]
        uncertain = [attempt.id for part in repeated for attempt in part if attempt.is_uncertain]
        if uncertain:
            await attempts.mark_decided(session, workspace_id, uncertain)
        await resending.repeat_attempts(session, workspace_id, repeats)
    await show_statuses(session, workspace_id, [message_id], actor_id=actor_id, now=now, new_id=new_id)
    session.hint(f"outbox:{conversation.channel_id}")


def _open_parts(found: Sequence[PartAttempt]) -> list[list[PartAttempt]]:
    """The parts a person may send again, each with its attempts, oldest first."""
    by_part = [list(group) for _, group in groupby(sorted(found, key=lambda a: a.part), key=lambda a: a.part)]
    return [part for part in by_part if _is_failed(part) or _is_held(part) or part[-1].is_uncertain]


def _is_failed(part: Sequence[PartAttempt]) -> bool:
    return shown_status([attempt.status for attempt in part]) is Status.FAILED


def _is_held(part: Sequence[PartAttempt]) -> bool:
    return part[-1].status is Status.QUEUED and part[-1].is_held
