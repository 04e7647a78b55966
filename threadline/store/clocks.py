"""The clock of a waiting customer, where people stop it and start it again."""

from datetime import datetime
from uuid import UUID

from threadline.core.conversation import NO_ANSWER_NEEDED, WAITS_AGAIN
from threadline.core.ids import first_uuid7_at
from threadline.store.session import Session


async def set_waiting_since(session: Session, *, conversation_id: UUID, waiting_since: datetime | None) -> None:
    """Under the conversation's lock. None: nobody waits."""
    await (await session.raw()).execute(
        "update conversations set waiting_since = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        waiting_since,
    )


_FIND_STOPPED = """
select (line.content -> 'data' ->> 'waiting_since')::timestamptz as waiting_since
from messages line
where line.workspace_id = $1 and line.conversation_id = $2 and line.id >= $3 and line.sort_at >= $4
  and line.direction = 'line' and line.content ->> 'what' = $5
  and not exists (
    select from messages again
    where again.workspace_id = $1 and again.conversation_id = $2 and again.id >= $3 and again.sort_at >= $4
      and again.direction = 'line' and again.content ->> 'what' = $6 and again.seq > line.seq)
  and not exists (
    select from messages answer
    where answer.workspace_id = $1 and answer.conversation_id = $2 and answer.direction = 'outgoing'
      and answer.author_kind in ('agent', 'flow', 'phone_app') and coalesce(answer.status, 2) in (2, 4, 5, 6)
      and answer.sort_at > (line.content -> 'data' ->> 'waiting_since')::timestamptz)
order by line.sort_at desc, line.seq desc limit 1
"""


async def find_stopped_clock(session: Session, *, conversation_id: UUID, since: datetime) -> datetime | None:
    """Since when the customer had waited when somebody last said that no answer is needed, after `since`.

    None if nobody did, if it was taken back, or if an answer was accepted for what they waited for: also one that was
    under way at that moment. Uses `messages_by_sort`.
    """
    return await (await session.raw()).fetchval(
        _FIND_STOPPED,
        session.workspace_id,
        conversation_id,
        first_uuid7_at(since),
        since,
        NO_ANSWER_NEEDED,
        WAITS_AGAIN,
    )
