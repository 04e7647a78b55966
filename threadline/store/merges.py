"""Conversations that are read as one, and those that have to do with each other."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.conversation import ConversationState
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.store.conversations import Conversation, access_conversation
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    pointer_id: UUID
    primary_id: UUID
    pointer_state: ConversationState
    """Before it was merged."""
    pointer_waiting_since: datetime | None
    """The clock it lent its primary."""
    """Of the primary, before."""


class ConversationLinks(msgspec.Struct, frozen=True, kw_only=True):
    """As far as the one who asks may see."""

    merged_into: UUID | None
    """Set: this one is read within that one."""
    merged: list[Conversation]
    """Those that are read within this one."""
    related: list[Conversation]


async def read_links(session: Session, caller: Caller, conversation_id: UUID) -> ConversationLinks:
    """Of a conversation that was accessed before. Uses both keys of the links, then the conversations' own."""
    arguments = Arguments(caller.workspace_id, conversation_id)
    rows = await (await session.raw()).fetch(
        "select l.kind, l.id from ("
        " select 'into' as kind, primary_id as id, merged_at as at from conversation_merges"
        "  where workspace_id = $1 and pointer_id = $2"
        " union all select 'merged', pointer_id, merged_at from conversation_merges"
        "  where workspace_id = $1 and primary_id = $2"
        " union all select 'related', second_id, made_at from conversation_relations"
        "  where workspace_id = $1 and first_id = $2"
        " union all select 'related', first_id, made_at from conversation_relations"
        "  where workspace_id = $1 and second_id = $2"
        ") l join conversations c on c.workspace_id = $1 and c.id = l.id"
        f" where {visible(caller.visibility, 'c', arguments)} order by l.at, l.id",
        *arguments.values,
    )
    found = {row["id"]: await access_conversation(session, caller, row["id"]) for row in rows}
    return ConversationLinks(
        merged_into=next((row["id"] for row in rows if row["kind"] == "into"), None),
        merged=[found[row["id"]] for row in rows if row["kind"] == "merged"],
        related=[found[row["id"]] for row in rows if row["kind"] == "related"],
    )


async def find_primary(session: Session, conversation_id: UUID) -> UUID | None:
    """The conversation within which this one is read."""
    return await (await session.raw()).fetchval(
        "select primary_id from conversation_merges where workspace_id = $1 and pointer_id = $2",
        session.workspace_id,
        conversation_id,
    )


async def get_merge(session: Session, *, pointer_id: UUID, primary_id: UUID) -> Merge:
    """Under the locks of both conversations. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        "select pointer_id, primary_id, pointer_state, pointer_waiting_since"
        " from conversation_merges where workspace_id = $1 and pointer_id = $2 and primary_id = $3",
        session.workspace_id,
        pointer_id,
        primary_id,
    )
    if row is None:
        raise NotFound("These conversations are not merged.")
    return Merge(**{**row, "pointer_state": ConversationState(row["pointer_state"])})


async def insert_merge(session: Session, merge: Merge, *, merged_by: UUID | None, now: datetime) -> None:
    """Those that were read within the pointer are read within its primary from now on."""
    connection = await session.raw()
    await connection.execute(
        "update conversation_merges set primary_id = $3 where workspace_id = $1 and primary_id = $2",
        session.workspace_id,
        merge.pointer_id,
        merge.primary_id,
    )
    await connection.execute(
        "insert into conversation_merges (workspace_id, pointer_id, primary_id, pointer_state, pointer_waiting_since,"
        " merged_by, merged_at) values ($1, $2, $3, $4, $5, $6, $7)",
        session.workspace_id,
        merge.pointer_id,
        merge.primary_id,
        merge.pointer_state.value,
        merge.pointer_waiting_since,
        merged_by,
        now,
    )


async def delete_merge(session: Session, pointer_id: UUID) -> None:
    await (await session.raw()).execute(
        "delete from conversation_merges where workspace_id = $1 and pointer_id = $2", session.workspace_id, pointer_id
    )


async def find_open_pointers(session: Session, caller: Caller, primary_id: UUID) -> list[UUID]:
    """Of what is read within this conversation, what the customer has taken up again."""
    arguments = Arguments(caller.workspace_id, primary_id)
    rows = await (await session.raw()).fetch(
        "select c.id from conversation_merges g join conversations c on c.workspace_id = g.workspace_id"
        " and c.id = g.pointer_id where g.workspace_id = $1 and g.primary_id = $2 and c.state <> 'resolved'"
        f" and {visible(caller.visibility, 'c', arguments)} order by c.id",
        *arguments.values,
    )
    return [row["id"] for row in rows]


async def find_channel_name(session: Session, channel_id: UUID) -> str:
    name: str | None = await (await session.raw()).fetchval(
        "select name from channels where workspace_id = $1 and id = $2", session.workspace_id, channel_id
    )
    return name or ""


async def insert_relation(session: Session, one: UUID, other: UUID, *, made_by: UUID | None) -> bool:
    """False if they were related already."""
    made = await (await session.raw()).fetchval(
        "insert into conversation_relations (workspace_id, first_id, second_id, made_by)"
        " values ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), $4) on conflict do nothing"
        " returning true",
        session.workspace_id,
        one,
        other,
        made_by,
    )
    return bool(made)


async def delete_relation(session: Session, one: UUID, other: UUID) -> bool:
    """False if they were not related."""
    gone = await (await session.raw()).fetchval(
        "delete from conversation_relations where workspace_id = $1 and first_id = least($2::uuid, $3::uuid)"
        " and second_id = greatest($2::uuid, $3::uuid) returning true",
        session.workspace_id,
        one,
        other,
    )
    return bool(gone)
