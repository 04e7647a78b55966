"""Single items of deliveries that failed by their own fault: kept until an admin replays or drops them (R2)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Visibility
from threadline.store.connection import Connection
from threadline.store.cursors import decode_cursor, encode_cursor
from threadline.store.session import Session


class FailedItem(msgspec.Struct, frozen=True, kw_only=True):
    """Never the item itself: that is the customer's."""

    id: UUID
    channel_id: UUID
    delivery_id: UUID
    kind: str
    """What it is: `message`, `status`, `reaction`…; empty if not even that could be read."""
    error: str
    created_at: datetime


class TakenItem(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: UUID
    id: UUID
    channel_id: UUID
    delivery_id: UUID
    position: int
    item: str


async def list_failed_items(
    session: Session, visibility: Visibility, *, after: str | None, limit: int
) -> tuple[list[FailedItem], str | None]:
    """Of the channels the caller may see, the newest first. Uses `failed_items_to_see`."""
    rows = await (await session.raw()).fetch(
        "select id, channel_id, delivery_id, coalesce(item->>'item', '') as kind, error, created_at from failed_items"
        " where workspace_id = $1 and state = 'failed' and id < $2 and ($3::uuid[] is null or channel_id = any($3))"
        " order by id desc limit $4",
        session.workspace_id,
        UUID(int=2**128 - 1) if after is None else _id(after),
        _channels(visibility),
        limit + 1,
    )
    items = [FailedItem(**row) for row in rows[:limit]]
    return items, encode_cursor(str(items[-1].id)) if len(rows) > limit else None


async def find_failed_channel(session: Session, visibility: Visibility, item_id: UUID) -> UUID:
    """The channel of an item that waits. Raises NotFound, also for one the caller may not see."""
    channel_id: UUID | None = await (await session.raw()).fetchval(
        "select channel_id from failed_items where workspace_id = $1 and id = $2 and state = 'failed'"
        " and ($3::uuid[] is null or channel_id = any($3))",
        session.workspace_id,
        item_id,
        _channels(visibility),
    )
    if channel_id is None:
        raise NotFound("This item does not exist.")
    return channel_id


async def take_failed_item(connection: Connection, *, workspace_id: UUID, item_id: UUID) -> TakenItem:
    """The item, from now on replayed: of two who take it one gets it. Raises NotFound."""
    row = await connection.fetchrow(
        "update failed_items set state = 'replayed' where workspace_id = $1 and id = $2 and state = 'failed'"
        " returning workspace_id, id, channel_id, delivery_id, position, item::text as item",
        workspace_id,
        item_id,
    )
    if row is None:
        raise NotFound("This item does not exist.")
    return TakenItem(**row)


async def mark_dropped(session: Session, item_id: UUID) -> bool:
    """False if somebody replayed or dropped it before."""
    done = await (await session.raw()).execute(
        "update failed_items set state = 'dropped' where workspace_id = $1 and id = $2 and state = 'failed'",
        session.workspace_id,
        item_id,
    )
    return done == "UPDATE 1"


def _channels(visibility: Visibility) -> Sequence[UUID] | None:
    return None if visibility.channel_ids is None else sorted(visibility.channel_ids)


def _id(cursor: str) -> UUID:
    try:
        return UUID(str(decode_cursor(cursor, str)[0]))
    except ValueError:
        raise NotFound("This page does not exist. Please load the list again.", reason="old_page") from None
