"""Endpoints as ingress sees them: whose they are, what verifies them, which channels they serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from threadline.store.connection import Connection


@dataclass(frozen=True, slots=True)
class EndpointChannel:
    id: UUID
    type: str
    address: str
    account: str


@dataclass(frozen=True, slots=True)
class EndpointRow:
    id: UUID
    workspace_id: UUID
    provider: str
    secrets: bytes
    channels: tuple[EndpointChannel, ...]
    """Those that are not disconnected."""


_BY_KEY = "select id, workspace_id, provider, secrets from endpoints where key = $1"
_BY_ID = "select id, workspace_id, provider, secrets from endpoints where workspace_id = $1 and id = $2"
_CHANNELS = """
select id, type, address, account from channels
where workspace_id = $1 and endpoint_id = $2 and state <> 'disconnected' order by id
"""


async def find_endpoint_by_key(connection: Connection, key: str) -> EndpointRow | None:
    """Uses the unique index on `key`; the key is 128 random bits, so a lookup tells nothing to a guesser."""
    return await _with_channels(connection, await connection.fetchrow(_BY_KEY, key))


async def find_endpoint(connection: Connection, *, workspace_id: UUID, endpoint_id: UUID) -> EndpointRow | None:
    return await _with_channels(connection, await connection.fetchrow(_BY_ID, workspace_id, endpoint_id))


async def _with_channels(connection: Connection, row: asyncpg.Record | None) -> EndpointRow | None:
    if row is None:
        return None
    channels = await connection.fetch(_CHANNELS, row["workspace_id"], row["id"])
    return EndpointRow(
        id=row["id"],
        workspace_id=row["workspace_id"],
        provider=row["provider"],
        secrets=row["secrets"],
        channels=tuple(EndpointChannel(one["id"], one["type"], one["address"], one["account"]) for one in channels),
    )


async def note_verified(connection: Connection, *, workspace_id: UUID, endpoint_id: UUID, now: datetime) -> None:
    """The provider's handshake succeeded."""
    await connection.execute(
        "update endpoints set verified_at = $3 where workspace_id = $1 and id = $2", workspace_id, endpoint_id, now
    )


async def note_deliveries(connection: Connection, *, endpoint_ids: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """When these endpoints (workspace id, id) last received something."""
    await connection.execute(
        "update endpoints e set last_delivery_at = $3 from unnest($1::uuid[], $2::uuid[]) as seen (workspace_id, id)"
        " where e.workspace_id = seen.workspace_id and e.id = seen.id",
        [workspace_id for workspace_id, _ in endpoint_ids],
        [endpoint_id for _, endpoint_id in endpoint_ids],
        now,
    )
