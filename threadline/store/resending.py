"""A message of ours after its attempts: sent again, discarded, settled by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.content import Content, decode_content
from threadline.core.errors import NotFound
from threadline.core.message import SendClass, Status
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class OurMessage:
    id: UUID
    conversation_id: UUID
    seq: int
    content: Content
    status: Status


async def get_our_message(session: Session, workspace_id: UUID, message_id: UUID) -> OurMessage:
    """An outgoing message that stands in its thread. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        """
        select id, conversation_id, seq, content::text as content, status from messages
        where workspace_id = $1 and id = $2 and direction = 'outgoing' and status is not null and deleted_at is null
        """,
        workspace_id,
        message_id,
    )
    if row is None:
        raise NotFound("This message does not exist.")
    return OurMessage(
        row["id"], row["conversation_id"], row["seq"], decode_content(row["content"]), Status(row["status"])
    )


@dataclass(frozen=True, slots=True)
class PartAttempt:
    id: UUID
    part: int
    status: Status
    is_uncertain: bool
    is_held: bool
    send_class: SendClass


async def lock_attempts(session: Session, workspace_id: UUID, message_id: UUID) -> list[PartAttempt]:
    """All attempts of a message under their locks, oldest first: no claim happens meanwhile."""
    rows = await (await session.raw()).fetch(
        """
        select id, part, status, uncertain_at is not null and status <= 1 as is_uncertain, is_held, send_class
        from attempts where workspace_id = $1 and message_id = $2 order by id for update
        """,
        workspace_id,
        message_id,
    )
    return [
        PartAttempt(
            row["id"],
            row["part"],
            Status(row["status"]),
            row["is_uncertain"],
            row["is_held"],
            SendClass(row["send_class"]),
        )
        for row in rows
    ]


async def repeat_attempts(session: Session, workspace_id: UUID, repeats: Sequence[tuple[UUID, UUID, bool]]) -> None:
    """(attempt, new id, is a possible duplicate) each: the same part once more, as an attempt of its own, due now."""
    await (await session.raw()).execute(
        """
        insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, part, content,
                              send_class, due_at, is_copy)
        select a.workspace_id, r.new_id, a.channel_id, a.conversation_id, a.contact_id, a.message_id, a.seq, a.part,
               a.content, a.send_class, now(), r.is_copy
        from unnest($2::uuid[], $3::uuid[], $4::boolean[]) as r (id, new_id, is_copy)
        join attempts a on a.workspace_id = $1 and a.id = r.id
        """,
        workspace_id,
        [id for id, _, _ in repeats],
        [new_id for _, new_id, _ in repeats],
        [is_copy for _, _, is_copy in repeats],
    )


async def free_attempts(session: Session, workspace_id: UUID, attempt_ids: Sequence[UUID]) -> None:
    """What was held until later may go now."""
    await (await session.raw()).execute(
        """
        update attempts set is_held = false, due_at = now()
        where workspace_id = $1 and id = any($2::uuid[]) and status = 0 and is_held
        """,
        workspace_id,
        attempt_ids,
    )


async def cancel_attempts(session: Session, workspace_id: UUID, message_id: UUID) -> None:
    """What has not left will not leave."""
    await (await session.raw()).execute(
        """
        update attempts set status = 3, failed_at = now(), is_held = false, error_code = 'discarded', error_text = ''
        where workspace_id = $1 and message_id = $2 and status = 0
        """,
        workspace_id,
        message_id,
    )


async def deliver_uncertain(session: Session, workspace_id: UUID, message_id: UUID) -> None:
    """A person knows that it arrived. A copy that has not left is not claimed any more; the timers drop it."""
    await (await session.raw()).execute(
        """
        update attempts set status = 4, delivered_at = now(), is_held = false
        where workspace_id = $1 and message_id = $2 and status = 1 and uncertain_at is not null
        """,
        workspace_id,
        message_id,
    )


async def name_repeat(
    session: Session, workspace_id: UUID, *, conversation_id: UUID, client_id: UUID, message_id: UUID
) -> None:
    """The client's id of this request: a second one with it does nothing."""
    await (await session.raw()).execute(
        "insert into client_messages (workspace_id, conversation_id, client_id, message_id) values ($1, $2, $3, $4)",
        workspace_id,
        conversation_id,
        client_id,
        message_id,
    )


async def hide_message(session: Session, workspace_id: UUID, message: OurMessage, *, now: datetime) -> None:
    """It no longer stands in the thread, nor counts as failed."""
    connection = await session.raw()
    await connection.execute(
        "update messages set deleted_at = $3 where workspace_id = $1 and id = $2", workspace_id, message.id, now
    )
    if message.status is Status.FAILED:
        await connection.execute(
            "update conversations set failed_count = greatest(0, failed_count - 1) where workspace_id = $1 and id = $2",
            workspace_id,
            message.conversation_id,
        )
