"""Raw deliveries: stored by ingress, taken by the host of their channel, closed in the transaction of their items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.store.connection import Connection


class DeliveryLine(msgspec.Struct, frozen=True, gc=False):
    """One line per (channel, request). The line whose id is `body_id` holds the body for all of them."""

    id: UUID
    body_id: UUID
    workspace_id: UUID
    endpoint_id: UUID
    channel_id: UUID | None
    """None: nobody here is meant; an admin sees the line (S25)."""
    body: bytes | None
    blob_key: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    id: UUID
    body: bytes | None
    blob_key: str | None
    received_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery with what is needed to route it again."""

    id: UUID
    workspace_id: UUID
    endpoint_id: UUID
    channel_id: UUID | None
    state: str
    body: bytes | None
    blob_key: str | None
    received_at: datetime


_INSERT = """
insert into deliveries (id, body_id, workspace_id, endpoint_id, channel_id, state, body, blob_key, received_at)
select id, body_id, workspace_id, endpoint_id, channel_id,
       case when channel_id is null then 'unroutable' else 'open' end, body, blob_key, received_at
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[], $7::text[], $8::timestamptz[])
     as line (id, body_id, workspace_id, endpoint_id, channel_id, body, blob_key, received_at)
"""


async def insert_deliveries(connection: Connection, lines: Sequence[DeliveryLine]) -> None:
    """Any number of lines in one statement; outside a transaction it is its own commit."""
    await connection.execute(
        _INSERT,
        [line.id for line in lines],
        [line.body_id for line in lines],
        [line.workspace_id for line in lines],
        [line.endpoint_id for line in lines],
        [line.channel_id for line in lines],
        [line.body for line in lines],
        [line.blob_key for line in lines],
        [line.received_at for line in lines],
    )


_READ_OPEN = """
select id, body_id, body, blob_key, received_at, tries from deliveries
where channel_id = $1 and state = 'open' and id <> all($3::uuid[]) and id >= $4 and id <= $5 order by id limit $2
"""
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)

_READ_BODIES = "select id, body, blob_key from deliveries where id = any($1::uuid[])"


async def read_open_deliveries(
    connection: Connection,
    *,
    channel_id: UUID,
    limit: int,
    except_ids: Sequence[UUID] = (),
    between: tuple[UUID, UUID] = (_LOWEST, _HIGHEST),
) -> list[OpenDelivery]:
    """The open lines of a channel in the order of receipt, with their bodies. Uses `deliveries_open`.

    By state and never from a position: a line with a lower id may be committed after one with a higher. `except_ids`
    are lines that wait for their next try. `between` leaves out the partitions, and the leavings of what was closed,
    before and after: most of them made ahead and empty, they cost a small batch half of its reading.
    """
    rows = await connection.fetch(_READ_OPEN, channel_id, limit, list(except_ids), *between)
    shared_ids = {row["body_id"] for row in rows if row["body_id"] != row["id"]}
    shared = {row["id"]: row for row in await connection.fetch(_READ_BODIES, list(shared_ids))} if shared_ids else {}
    found: list[OpenDelivery] = []
    for row in rows:
        holder = shared.get(row["body_id"], row)
        found.append(OpenDelivery(row["id"], holder["body"], holder["blob_key"], row["received_at"], row["tries"]))
    return found


async def close_deliveries(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> int:
    """Everything in these lines has its end. Returns how many were still open."""
    done = await connection.execute(
        "update deliveries set state = 'done', closed_at = $2, error = ''"
        " where id = any($1::uuid[]) and id >= $3 and id <= $4 and state = 'open'",
        ids,
        now,
        min(ids),
        max(ids),
    )
    return int(done.rsplit(" ", 1)[1])


async def bury_delivery(connection: Connection, delivery_id: UUID, *, error: str, now: datetime) -> None:
    """It can never be understood, or was tried too often: shown with its error, replayable (R2)."""
    await connection.execute(
        "update deliveries set state = 'dead', error = $2, closed_at = $3 where id = $1", delivery_id, error, now
    )


async def count_delivery_try(connection: Connection, delivery_ids: Sequence[UUID], *, error: str) -> None:
    await connection.execute(
        "update deliveries set tries = tries + 1, error = $2 where id = any($1::uuid[]) and state = 'open'",
        list(delivery_ids),
        error,
    )


async def find_oldest_open_delivery(connection: Connection, channel_id: UUID) -> datetime | None:
    """When the oldest line that still waits was received: the age of the queue."""
    return await connection.fetchval(
        "select received_at from deliveries where channel_id = $1 and state = 'open' order by id limit 1", channel_id
    )


async def find_stored_deliveries(
    connection: Connection, *, workspace_id: UUID, ids: Sequence[UUID]
) -> list[StoredDelivery]:
    rows = await connection.fetch(
        "select line.id, line.workspace_id, line.endpoint_id, line.channel_id, line.state, line.received_at,"
        " holder.body, holder.blob_key"
        " from deliveries line join deliveries holder on holder.id = line.body_id"
        " where line.id = any($1::uuid[]) and line.workspace_id = $2 order by line.id",
        list(ids),
        workspace_id,
    )
    return [
        StoredDelivery(
            id=row["id"],
            workspace_id=row["workspace_id"],
            endpoint_id=row["endpoint_id"],
            channel_id=row["channel_id"],
            state=row["state"],
            body=row["body"],
            blob_key=row["blob_key"],
            received_at=row["received_at"],
        )
        for row in rows
    ]


async def reopen_delivery(connection: Connection, delivery_id: UUID, *, channel_id: UUID) -> None:
    await connection.execute(
        "update deliveries set state = 'open', channel_id = $2, tries = 0, error = '', closed_at = null where id = $1",
        delivery_id,
        channel_id,
    )


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item that failed by its own fault: kept whole with its error (R2)."""

    id: UUID
    delivery_id: UUID
    position: int
    item: str
    """JSON of the item as parsed, or of the unreadable piece."""
    error: str


async def insert_failed_items(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, items: Sequence[FailedItem], now: datetime
) -> None:
    await connection.execute(
        "insert into failed_items (workspace_id, id, channel_id, delivery_id, position, item, error, created_at)"
        " select $1, id, $2, delivery_id, position, item::jsonb, error, $3"
        " from unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[])"
        " as failed (id, delivery_id, position, item, error)",
        workspace_id,
        channel_id,
        now,
        [item.id for item in items],
        [item.delivery_id for item in items],
        [item.position for item in items],
        [item.item for item in items],
        [item.error for item in items],
    )
