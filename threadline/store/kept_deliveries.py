"""Deliveries that found no end by themselves: for nobody here, or never understood. For admins, replayable (R2)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Visibility
from threadline.store.cursors import decode_cursor, encode_cursor
from threadline.store.session import Session


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Never its body: that is the customer's."""

    id: UUID
    state: Literal["unroutable", "dead"]
    channel_id: UUID | None
    error: str
    tries: int
    size_bytes: int | None
    """None: the body lies among the files."""
    received_at: datetime


class DeliveryBody(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    state: str
    channel_id: UUID | None
    provider: str
    body: bytes | None
    blob_key: str | None


async def list_kept_deliveries(
    session: Session, visibility: Visibility, *, state: str, after: str | None, limit: int
) -> tuple[list[Delivery], str | None]:
    """Of the channels the caller may see, and those for no channel; the newest first. Uses `deliveries_to_see`."""
    last_id = UUID(int=2**128 - 1) if after is None else _id(after)
    rows = await (await session.raw()).fetch(
        "select d.id, d.state, d.channel_id, d.error, d.tries, d.received_at,"
        " (select length(h.body) from deliveries h where h.id = d.body_id) as size_bytes"
        " from deliveries d where d.workspace_id = $1 and d.state in ('unroutable', 'dead') and d.state = $2"
        " and d.id < $3 and ($4::uuid[] is null or d.channel_id is null or d.channel_id = any($4))"
        " order by d.id desc limit $5",
        session.workspace_id,
        state,
        last_id,
        None if visibility.channel_ids is None else sorted(visibility.channel_ids),
        limit + 1,
    )
    items = [Delivery(**row) for row in rows[:limit]]
    return items, encode_cursor(str(items[-1].id)) if len(rows) > limit else None


async def lock_kept_delivery(session: Session, visibility: Visibility, delivery_id: UUID) -> DeliveryBody:
    """With its body, wherever that lies. Raises NotFound, also for one of a channel the caller may not see."""
    row: asyncpg.Record | None = await (await session.raw()).fetchrow(
        "select d.id, d.state, d.channel_id, e.provider, h.body, h.blob_key from deliveries d"
        " join deliveries h on h.id = d.body_id"
        " join endpoints e on e.workspace_id = d.workspace_id and e.id = d.endpoint_id"
        " where d.workspace_id = $1 and d.id = $2 and d.state in ('unroutable', 'dead') for update of d",
        session.workspace_id,
        delivery_id,
    )
    if row is None or not (row["channel_id"] is None or visibility.has_channel(row["channel_id"])):
        raise NotFound("This delivery does not exist.")
    return DeliveryBody(**row)


async def find_channel(session: Session, *, provider_types: list[str], kind: str, value: str) -> UUID | None:
    """The channel that is meant by an address or an account."""
    column = "address" if kind == "address" else "account"
    return await (await session.raw()).fetchval(
        f"select id from channels where workspace_id = $1 and type = any($2::text[]) and {column} = $3"
        " and state <> 'disconnected' order by id limit 1",
        session.workspace_id,
        provider_types,
        value,
    )


def _id(cursor: str) -> UUID:
    try:
        return UUID(str(decode_cursor(cursor, str)[0]))
    except ValueError:
        raise NotFound("This page does not exist. Please load the list again.", reason="old_page") from None
