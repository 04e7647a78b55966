"""Digests of what agents decided to send, for a day: to how many one text went within minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.store.session import Session

_KEPT: Final = timedelta(days=1)


async def insert_sent_texts(
    session: Session,
    *,
    agent_id: UUID,
    source_id: UUID,
    conversation_id: UUID,
    digests: Sequence[str],
    now: datetime,
) -> None:
    """`source_id`: the message, or the scheduled message. What this agent's are older than a day goes away."""
    connection = await session.raw()
    await connection.execute(
        "delete from sent_texts where workspace_id = $1 and agent_id = $2 and sent_at < $3",
        session.workspace_id,
        agent_id,
        now - _KEPT,
    )
    await connection.execute(
        "insert into sent_texts (workspace_id, source_id, digest, agent_id, conversation_id, sent_at)"
        " select $1, $2, d, $4, $5, $6 from unnest($3::text[]) as d on conflict do nothing",
        session.workspace_id,
        source_id,
        list(digests),
        agent_id,
        conversation_id,
        now,
    )


async def delete_sent_texts(session: Session, source_id: UUID) -> None:
    """It was taken back before it was sent."""
    await (await session.raw()).execute(
        "delete from sent_texts where workspace_id = $1 and source_id = $2", session.workspace_id, source_id
    )


async def count_others(session: Session, *, agent_id: UUID, conversation_id: UUID, digest: str, since: datetime) -> int:
    """To how many other customers than that of this conversation. Uses `sent_texts_by_agent`."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(distinct c.contact_id) from sent_texts s"
        " join conversations c on c.workspace_id = s.workspace_id and c.id = s.conversation_id"
        " where s.workspace_id = $1 and s.agent_id = $2 and s.sent_at > $3 and s.digest = $4 and c.contact_id <>"
        " (select contact_id from conversations where workspace_id = $1 and id = $5)",
        session.workspace_id,
        agent_id,
        since,
        digest,
        conversation_id,
    )
    return count or 0


async def read_contact_name(session: Session, conversation_id: UUID) -> str:
    """Whose words a text leaves out; empty if nobody knows it."""
    name: str | None = await (await session.raw()).fetchval(
        "select t.name from conversations c join contacts t on t.workspace_id = c.workspace_id and t.id = c.contact_id"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
    )
    return name or ""
