"""Who looked at numbers and e-mail addresses that are masked from them, and when."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.store.conversations import ContactName
from threadline.store.cursors import decode_cursor, encode_cursor, id_of_key
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    contact: ContactName
    actor_id: UUID
    """An agent, or a token."""
    actor_name: str
    """Of an agent; empty for a token."""
    at: datetime


async def insert_reveal(session: Session, reveal_id: UUID, *, contact_id: UUID, actor_id: UUID, now: datetime) -> None:
    await (await session.raw()).execute(
        "insert into address_reveals (workspace_id, id, contact_id, actor_id, at) values ($1, $2, $3, $4, $5)",
        session.workspace_id,
        reveal_id,
        contact_id,
        actor_id,
        now,
    )


async def list_reveals(session: Session, *, after: str | None, limit: int) -> tuple[list[Reveal], str | None]:
    """The latest first, and the cursor of the next page. By the primary key."""
    before_id = UUID(int=2**128 - 1) if after is None else id_of_key(decode_cursor(after, str)[0])
    rows = await (await session.raw()).fetch(
        f"select r.id, r.contact_id, {called('c')} as name, r.actor_id, coalesce(p.name, '') as actor_name, r.at"
        " from address_reveals r join contacts c on c.workspace_id = r.workspace_id and c.id = r.contact_id"
        " left join agents a on a.workspace_id = r.workspace_id and a.id = r.actor_id"
        " left join people p on p.id = a.person_id"
        " where r.workspace_id = $1 and r.id < $2 order by r.id desc limit $3",
        session.workspace_id,
        before_id,
        limit + 1,
    )
    items = [
        Reveal(
            id=row["id"],
            contact=ContactName(id=row["contact_id"], name=person_name(row["name"])),
            actor_id=row["actor_id"],
            actor_name=row["actor_name"],
            at=row["at"],
        )
        for row in rows[:limit]
    ]
    return items, encode_cursor(str(items[-1].id)) if len(rows) > limit else None
