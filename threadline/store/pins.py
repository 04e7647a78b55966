"""What each agent keeps on top of their lists."""

from uuid import UUID

from threadline.store.session import Session


async def list_pins(session: Session, agent_id: UUID) -> list[UUID]:
    """The newest first. Their number is bounded (`MOST_PINS`)."""
    rows = await (await session.raw()).fetch(
        "select conversation_id from pins where workspace_id = $1 and agent_id = $2"
        " order by pinned_at desc, conversation_id desc",
        session.workspace_id,
        agent_id,
    )
    return [row["conversation_id"] for row in rows]


async def add_pin(session: Session, *, conversation_id: UUID, agent_id: UUID) -> bool:
    """False if it was pinned already."""
    added = await (await session.raw()).fetchval(
        "insert into pins (workspace_id, agent_id, conversation_id) values ($1, $2, $3)"
        " on conflict do nothing returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
    )
    return bool(added)


async def remove_pin(session: Session, *, conversation_id: UUID, agent_id: UUID) -> bool:
    """False if it was not pinned."""
    removed = await (await session.raw()).fetchval(
        "delete from pins where workspace_id = $1 and agent_id = $2 and conversation_id = $3 returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
    )
    return bool(removed)
