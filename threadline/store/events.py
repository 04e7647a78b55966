"""The feed: writing events in the order of their commits, and reading on from a position."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.events import Event, EventKind
from threadline.store.connection import Connection

_APPEND = """
with counter as (
    update feed_counters set last_seq = last_seq + cardinality($2::uuid[]) where workspace_id = $1
    returning last_seq - cardinality($2::uuid[]) as base
), numbered as (
    insert into events (workspace_id, id, seq, kind, conversation_id, message_id, contact_id, channel_id, agent_id,
                        actor_id, data, depth, at)
    select $1, e.id, counter.base + e.number, e.kind, e.conversation_id, e.message_id, e.contact_id, e.channel_id,
           e.agent_id, e.actor_id, e.data::jsonb, e.depth, e.at
    from counter, unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
                         $9::uuid[], $10::text[], $11::int[], $12::timestamptz[])
         with ordinality as e (id, kind, conversation_id, message_id, contact_id, channel_id, agent_id, actor_id, data,
                               depth, at, number)
)
select base + cardinality($2::uuid[]) as last_seq from counter
"""

_READ = """
select seq, id, workspace_id, kind, conversation_id, message_id, contact_id, channel_id, agent_id, actor_id,
       data::text as data, depth, at
from events where workspace_id = $1 and seq > $2 and id >= $4 order by seq limit $3
"""

_encode_data = msgspec.json.Encoder().encode
_decode_data = msgspec.json.Decoder(dict[str, str | int | bool | None]).decode
_EARLIEST = UUID(int=0)


class NumberedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its number: the order of commits in its workspace, without gaps."""

    seq: int
    event: Event


async def append_events(connection: Connection, events: list[Event]) -> int:
    """Number and write the events, workspace by workspace: the last statements of a transaction, by its lock order.

    Nothing may be locked after this: the counter row of a workspace is where its writers queue (docs/performance.md).
    Returns the last number given (of the last workspace, in id order).
    """
    last_seq = 0
    ordered = sorted(events, key=lambda event: event.workspace_id)
    for workspace_id, group in groupby(ordered, key=lambda event: event.workspace_id):
        last_seq = await _append(connection, workspace_id, list(group))
    return last_seq


async def _append(connection: Connection, workspace_id: UUID, events: list[Event]) -> int:
    last_seq = await connection.fetchval(
        _APPEND,
        workspace_id,
        [e.id for e in events],
        [e.kind.value for e in events],
        [e.conversation_id for e in events],
        [e.message_id for e in events],
        [e.contact_id for e in events],
        [e.channel_id for e in events],
        [e.agent_id for e in events],
        [e.actor_id for e in events],
        [_encode_data(e.data).decode() if e.data else "{}" for e in events],
        [e.depth for e in events],
        [e.at for e in events],
    )
    if last_seq is None:
        raise RuntimeError(f"Workspace {workspace_id} has no feed counter.")
    return int(last_seq)


async def read_events(
    connection: Connection,
    *,
    workspace_id: UUID,
    after_seq: int,
    limit: int,
    not_before: UUID = _EARLIEST,
) -> list[NumberedEvent]:
    """The events after a number, in order. Uses `events_by_seq` of each partition.

    `not_before`, an id known to be older than all of them (with a margin for clocks), prunes the older partitions.
    """
    rows = await connection.fetch(_READ, workspace_id, after_seq, limit, not_before)
    return [_numbered(row) for row in rows]


async def read_position(connection: Connection, workspace_id: UUID) -> int:
    """The number of the newest event; 0 before the first."""
    position = await connection.fetchval("select last_seq from feed_counters where workspace_id = $1", workspace_id)
    return int(position or 0)


async def read_positions(connection: Connection, workspace_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = await connection.fetch(
        "select workspace_id, last_seq from feed_counters where workspace_id = any($1::uuid[])", list(workspace_ids)
    )
    return {row["workspace_id"]: row["last_seq"] for row in rows}


_KINDS = {str(kind): kind for kind in EventKind}


def _numbered(row: asyncpg.Record) -> NumberedEvent:
    """The columns of `_READ` in their order: by name each would be looked up again for every event."""
    seq, id, workspace_id, kind, conversation_id, message_id, contact_id, channel_id, agent_id, actor_id = row[:10]
    data, depth, at = row[10:]
    return NumberedEvent(
        seq=seq,
        event=Event(
            id=id,
            workspace_id=workspace_id,
            kind=_KINDS[kind],
            at=at,
            conversation_id=conversation_id,
            message_id=message_id,
            contact_id=contact_id,
            channel_id=channel_id,
            agent_id=agent_id,
            actor_id=actor_id,
            data=_decode_data(data),
            depth=depth,
        ),
    )
