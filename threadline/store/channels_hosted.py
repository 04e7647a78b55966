"""Channels as their hosts see them, and the fence that every transaction of a host begins with."""

from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from threadline.core.errors import ThreadlineError, Unavailable
from threadline.store.connection import Connection
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class HostedChannel:
    """Everything a host needs; it starts anew when any of it changes."""

    workspace_id: UUID
    id: UUID
    type: str
    address: str
    account: str
    is_practice: bool
    settings: str
    """JSON object of texts."""
    secrets: bytes = field(repr=False)
    """Sealed."""


class FenceLost(ThreadlineError):
    """Another worker took the lease: whoever notices stops at once and writes nothing."""

    code = "fence_lost"
    status = 409


def lease_of(channel_id: UUID) -> str:
    """The name of the lease under which a channel is hosted."""
    return f"channel:{channel_id}"


async def list_channels_to_host(connection: Connection) -> list[HostedChannel]:
    """Every channel that is not disconnected, in the order of ids."""
    rows = await connection.fetch(
        "select workspace_id, id, type, address, account, is_practice, settings::text as settings, secrets"
        " from channels where state <> 'disconnected' order by id"
    )
    return [HostedChannel(*row) for row in rows]


async def check_fence(session: Session, *, lease: str, fence: int) -> None:
    """The first statement of a host's transaction: nobody can take the lease before this commits. Raises FenceLost."""
    connection = await session.raw()
    held = await connection.fetchval("select fence from leases where name = $1 and fence = $2 for share", lease, fence)
    if held is None:
        raise FenceLost("This work moved to another worker.")


async def hold_lease(session: Session, lease: str) -> None:
    """Until this commits, whoever has the lease writes nothing. Raises Unavailable if that cannot be had in time."""
    connection = await session.raw()
    await connection.execute("insert into leases (name) values ($1) on conflict do nothing", lease)
    await connection.execute("set local lock_timeout = 3000")
    try:
        await connection.execute("select from leases where name = $1 for update", lease)
    except asyncpg.LockNotAvailableError as error:
        raise Unavailable(
            "This channel is busy right now. Please try again in a moment.", reason="channel_busy"
        ) from error
    await connection.execute("set local lock_timeout = 0")


async def find_hosted_channel(connection: Connection, channel_id: UUID) -> HostedChannel | None:
    row = await connection.fetchrow(
        "select workspace_id, id, type, address, account, is_practice, settings::text as settings, secrets"
        " from channels where id = $1 and state <> 'disconnected'",
        channel_id,
    )
    return HostedChannel(*row) if row else None
