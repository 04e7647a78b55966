"""Saved replies: an agent's own and the workspace's, in the order of their use."""

from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.permission import Caller
from threadline.core.saved_reply import Names
from threadline.store.session import Session


class SavedReply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    """True: the workspace's; false: the reader's own."""
    channel_id: UUID | None
    """None: on every channel."""
    title: str
    shortcut: str
    """What is typed after the slash to find it; may be empty."""
    text: str


_COLUMNS = "r.id, r.agent_id is null as is_shared, r.channel_id, r.title, r.shortcut, r.text"
_READABLE = """
r.workspace_id = $1 and (r.agent_id is null or r.agent_id = $2)
and ($3::uuid[] is null or r.channel_id is null or r.channel_id = any($3::uuid[]))
"""
"""Own ones and the workspace's, without those of channels that the caller does not see (S5)."""
_BY_USE = f"""
select {_COLUMNS} from saved_replies r
left join saved_reply_uses u on u.workspace_id = r.workspace_id and u.reply_id = r.id and u.agent_id = $2
where {_READABLE} and ($4::uuid is null or r.channel_id is null or r.channel_id = $4)
order by u.warmth desc nulls last, r.warmth desc nulls last, r.title, r.id
"""


async def list_saved_replies(session: Session, caller: Caller, *, channel_id: UUID | None = None) -> list[SavedReply]:
    """What the caller used lately comes first, then what the workspace did. `channel_id` None: those of all channels.

    Uses `saved_replies_by_agent`; there are never more than a thousand (core/saved_reply.py, COUNT_LIMIT).
    """
    rows = await (await session.raw()).fetch(_BY_USE, *_reader(caller), channel_id)
    return [SavedReply(**row) for row in rows]


async def access_saved_reply(session: Session, caller: Caller, reply_id: UUID) -> SavedReply:
    """Locked, for it is about to change. Raises NotFound: missing, foreign and a colleague's own look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from saved_replies r where {_READABLE} and r.id = $4 for no key update of r",
        *_reader(caller),
        reply_id,
    )
    if row is None:
        raise NotFound("This saved reply does not exist.")
    return SavedReply(**row)


async def count_saved_replies(session: Session, *, agent_id: UUID | None) -> int:
    """How many this agent has, or the workspace for None."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from saved_replies where workspace_id = $1 and agent_id is not distinct from $2",
        session.workspace_id,
        agent_id,
    )
    return count or 0


async def insert_saved_reply(session: Session, reply: SavedReply, *, agent_id: UUID | None) -> None:
    """Raises Conflict if its shortcut stands for another one already."""
    try:
        await (await session.raw()).execute(
            "insert into saved_replies (workspace_id, id, agent_id, channel_id, title, shortcut, text)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            session.workspace_id,
            reply.id,
            agent_id,
            reply.channel_id,
            reply.title,
            reply.shortcut,
            reply.text,
        )
    except asyncpg.UniqueViolationError:
        raise _taken(reply.shortcut) from None


async def update_saved_reply(session: Session, reply: SavedReply) -> None:
    """Raises Conflict if its shortcut stands for another one already."""
    try:
        await (await session.raw()).execute(
            "update saved_replies set channel_id = $3, title = $4, shortcut = $5, text = $6, updated_at = now()"
            " where workspace_id = $1 and id = $2",
            session.workspace_id,
            reply.id,
            reply.channel_id,
            reply.title,
            reply.shortcut,
            reply.text,
        )
    except asyncpg.UniqueViolationError:
        raise _taken(reply.shortcut) from None


async def delete_saved_reply(session: Session, reply_id: UUID) -> None:
    """With what was counted of its uses. Texts that were sent with it are messages and stay."""
    await (await session.raw()).execute(
        "delete from saved_replies where workspace_id = $1 and id = $2", session.workspace_id, reply_id
    )


class Warmth(msgspec.Struct, frozen=True, kw_only=True):
    own: float | None
    all: float | None


async def read_warmth(session: Session, *, reply_id: UUID, agent_id: UUID) -> Warmth:
    row = await (await session.raw()).fetchrow(
        "select u.warmth as own, r.warmth as all from saved_replies r left join saved_reply_uses u"
        " on u.workspace_id = r.workspace_id and u.reply_id = r.id and u.agent_id = $3"
        " where r.workspace_id = $1 and r.id = $2",
        session.workspace_id,
        reply_id,
        agent_id,
    )
    return Warmth(own=None, all=None) if row is None else Warmth(**row)


async def write_warmth(session: Session, *, reply_id: UUID, agent_id: UUID, own: float, of_all: float) -> None:
    connection = await session.raw()
    await connection.execute(
        "insert into saved_reply_uses (workspace_id, agent_id, reply_id, warmth) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, reply_id) do update set warmth = excluded.warmth",
        session.workspace_id,
        agent_id,
        reply_id,
        own,
    )
    await connection.execute(
        "update saved_replies set warmth = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        reply_id,
        of_all,
    )


async def read_names(session: Session, *, conversation_id: UUID, agent_id: UUID | None) -> Names:
    """Whom and what a reply in this conversation may name. The caller has seen the conversation."""
    row = await (await session.raw()).fetchrow(
        "select t.name as contact, coalesce(p.name, '') as agent, h.name as channel, w.name as workspace"
        " from conversations c"
        " join contacts t on t.workspace_id = c.workspace_id and t.id = c.contact_id"
        " join channels h on h.workspace_id = c.workspace_id and h.id = c.channel_id"
        " join workspaces w on w.id = c.workspace_id"
        " left join agents a on a.workspace_id = c.workspace_id and a.id = $3"
        " left join people p on p.id = a.person_id"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
        agent_id,
    )
    assert row is not None
    return Names(**row)


def _reader(caller: Caller) -> tuple[UUID, UUID | None, list[UUID] | None]:
    channel_ids = caller.visibility.channel_ids
    return caller.workspace_id, caller.agent_id, None if channel_ids is None else sorted(channel_ids)


def _taken(shortcut: str) -> Conflict:
    return Conflict(
        f"The shortcut {shortcut} stands for another saved reply already.",
        reason="shortcut_taken",
        values={"shortcut": shortcut},
    )
