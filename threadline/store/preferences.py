"""What each agent prefers. Agents who never changed anything have no row."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.preferences import Preferences
from threadline.store.connection import Connection
from threadline.store.session import Session

_DECODER: Final = msgspec.json.Decoder(Preferences)
_encode = msgspec.json.Encoder().encode


async def get_preferences(session: Session, agent_id: UUID) -> Preferences:
    """The usual ones if the agent never changed them."""
    return _read(
        await (await session.raw()).fetchval(
            "select preferences::text from agent_preferences where workspace_id = $1 and agent_id = $2",
            session.workspace_id,
            agent_id,
        )
    )


async def lock_preferences(session: Session, agent_id: UUID) -> Preferences:
    """As above, nobody else changing them until the end of the transaction: two devices do not undo each other."""
    connection = await session.raw()
    await connection.execute(
        "insert into agent_preferences (workspace_id, agent_id, preferences) values ($1, $2, '{}')"
        " on conflict do nothing",
        session.workspace_id,
        agent_id,
    )
    return _read(
        await connection.fetchval(
            "select preferences::text from agent_preferences where workspace_id = $1 and agent_id = $2 for update",
            session.workspace_id,
            agent_id,
        )
    )


async def load_preferences(
    connection: Connection, *, workspace_id: UUID, agent_ids: Sequence[UUID]
) -> dict[UUID, Preferences]:
    """Of each of these agents."""
    rows = await connection.fetch(
        "select agent_id, preferences::text as preferences from agent_preferences"
        " where workspace_id = $1 and agent_id = any($2::uuid[])",
        workspace_id,
        list(agent_ids),
    )
    known = {row["agent_id"]: _read(row["preferences"]) for row in rows}
    return {agent_id: known.get(agent_id, Preferences()) for agent_id in agent_ids}


async def save_preferences(session: Session, agent_id: UUID, preferences: Preferences) -> None:
    await (await session.raw()).execute(
        "insert into agent_preferences (workspace_id, agent_id, preferences) values ($1, $2, $3::jsonb)"
        " on conflict (workspace_id, agent_id) do update set preferences = excluded.preferences, changed_at = now()",
        session.workspace_id,
        agent_id,
        _encode(preferences).decode(),
    )


def _read(text: str | None) -> Preferences:
    """A value that this release does not know any more counts as never chosen."""
    if text is None:
        return Preferences()
    try:
        return _DECODER.decode(text)
    except msgspec.ValidationError:
        return Preferences()
