"""Who was named in which note, and whether they have seen it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible


async def find_agent_names(session: Session, agent_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of those who work here now."""
    rows = await (await session.raw()).fetch(
        "select a.id, p.name from agents a join people p on p.id = a.person_id and p.deactivated_at is null"
        " where a.workspace_id = $1 and a.id = any($2::uuid[]) and a.deactivated_at is null",
        session.workspace_id,
        list(agent_ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def find_members(session: Session, team_ids: Sequence[UUID]) -> list[UUID]:
    rows = await (await session.raw()).fetch(
        "select distinct agent_id from team_members where workspace_id = $1 and team_id = any($2::uuid[])",
        session.workspace_id,
        list(team_ids),
    )
    return [row["agent_id"] for row in rows]


async def insert_mentions(
    session: Session, *, agent_ids: Sequence[UUID], conversation_id: UUID, message_id: UUID, now: datetime
) -> None:
    await (await session.raw()).execute(
        "insert into mentions (workspace_id, agent_id, conversation_id, message_id, mentioned_at)"
        " select $1, a, $3, $4, $5 from unnest($2::uuid[]) a on conflict do nothing",
        session.workspace_id,
        list(agent_ids),
        conversation_id,
        message_id,
        now,
    )


async def list_unseen(session: Session, caller: Caller) -> list[UUID]:
    """Conversations that the caller still sees and in which they were named lately. Uses `mentions_unseen`."""
    arguments = Arguments(caller.workspace_id, caller.agent_id)
    rows = await (await session.raw()).fetch(
        "select distinct m.conversation_id from mentions m"
        " join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        " where m.workspace_id = $1 and m.agent_id = $2 and m.seen_at is null"
        f" and {visible(caller.visibility, 'c', arguments)} limit 1000",
        *arguments.values,
    )
    return [row["conversation_id"] for row in rows]


async def see_mentions(session: Session, *, agent_id: UUID, conversation_id: UUID) -> bool:
    """False if there was nothing to see. Uses `mentions_unseen`."""
    done = await (await session.raw()).fetch(
        "update mentions set seen_at = now() where workspace_id = $1 and agent_id = $2 and conversation_id = $3"
        " and seen_at is null returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
    )
    return bool(done)


async def forget_mentions(session: Session, *, message_id: UUID) -> None:
    """Of a note that was withdrawn: nobody is called to it any more. Uses `mentions_by_message`."""
    await (await session.raw()).execute(
        "update mentions set seen_at = now() where workspace_id = $1 and message_id = $2 and seen_at is null",
        session.workspace_id,
        message_id,
    )
