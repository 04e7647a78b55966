"""The installation's own row: which master key seals, and whether all sending is paused (T10, R35)."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.store.session import Session


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    key_fingerprint: str
    sending_paused_at: datetime | None
    sending_paused_reason: str
    created_at: datetime


async def find_installation(session: Session) -> Installation | None:
    """None before the first start has finished."""
    row = await (await session.raw()).fetchrow(
        "select key_fingerprint, sending_paused_at, sending_paused_reason, created_at from installation where id = 1"
    )
    return Installation(**row) if row else None


async def insert_installation(session: Session, *, key_fingerprint: str) -> None:
    """Two first starts at once: the first row stays."""
    await (await session.raw()).execute(
        "insert into installation (id, key_fingerprint) values (1, $1) on conflict (id) do nothing", key_fingerprint
    )


async def set_key_fingerprint(session: Session, key_fingerprint: str) -> None:
    await (await session.raw()).execute("update installation set key_fingerprint = $1 where id = 1", key_fingerprint)


async def pause_everything(session: Session, *, reason: str) -> None:
    """No message leaves this installation until somebody resumes; receiving goes on."""
    await (await session.raw()).execute(
        "update installation set sending_paused_at = coalesce(sending_paused_at, now()), sending_paused_reason = $1"
        " where id = 1",
        reason,
    )


async def resume_everything(session: Session) -> None:
    await (await session.raw()).execute(
        "update installation set sending_paused_at = null, sending_paused_reason = '' where id = 1"
    )


async def people_exist(session: Session) -> bool:
    """Somebody who can sign in: the colleagues of the demo are there to be seen only."""
    return bool(
        await (await session.raw()).fetchval("select exists (select from people where password_hash is not null)")
    )


async def list_workspaces(session: Session) -> list[UUID]:
    """All workspaces, the oldest first. As the engine."""
    rows = await (await session.raw()).fetch("select id from workspaces order by id")
    return [row["id"] for row in rows]


async def find_workspace_by_name(session: Session, name: str) -> UUID | None:
    """The oldest of that name. As the engine."""
    return await (await session.raw()).fetchval("select id from workspaces where name = $1 order by id limit 1", name)
