"""Who follows which conversation, and who sees one because a colleague asked them in."""

from collections.abc import Sequence
from uuid import UUID

from threadline.store.connection import Connection
from threadline.store.session import Session

FOLLOWED = (
    "{alias}.id = any(array(select f.conversation_id from followers f"
    " where f.workspace_id = {workspace} and f.agent_id = {agent}))"
)
"""The condition of what an agent follows. The ids are read once, so that the primary key finds the rows."""


async def invited_to(
    connection: Connection, workspace_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """Conversations → who sees them by a colleague's word: as `INVITED` of store/visibility.py says it in lists."""
    rows = await connection.fetch(
        "select conversation_id, array_agg(distinct agent_id) as agent_ids from ("
        " select conversation_id, agent_id from followers"
        " where workspace_id = $1 and conversation_id = any($2::uuid[]) and is_invited"
        " union all select conversation_id, agent_id from discussion_members"
        " where workspace_id = $1 and conversation_id = any($2::uuid[]) and removed_at is null"
        ") invited group by conversation_id",
        workspace_id,
        list(conversation_ids),
    )
    return {row["conversation_id"]: frozenset(row["agent_ids"]) for row in rows}


async def add_follower(session: Session, *, conversation_id: UUID, agent_id: UUID, is_invited: bool) -> bool:
    """True if they follow it now and did not before, or were asked in now and were not."""
    added = await (await session.raw()).fetchval(
        "insert into followers as f (workspace_id, agent_id, conversation_id, is_invited) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, conversation_id) do update set is_invited = true"
        " where excluded.is_invited and not f.is_invited returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
        is_invited,
    )
    return bool(added)


async def remove_follower(session: Session, *, conversation_id: UUID, agent_id: UUID) -> bool | None:
    """Whether they had been asked in; None: they did not follow it."""
    return await (await session.raw()).fetchval(
        "delete from followers where workspace_id = $1 and agent_id = $2 and conversation_id = $3 returning is_invited",
        session.workspace_id,
        agent_id,
        conversation_id,
    )
