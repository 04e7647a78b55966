"""Channels as their hosts see them, and the fence that every transaction of a host begins with."""

from dataclasses import dataclass, field
from uuid import UUID

from threadline.core.errors import ThreadlineError
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


async def find_hosted_channel(connection: Connection, channel_id: UUID) -> HostedChannel | None:
    row = await connection.fetchrow(
        "select workspace_id, id, type, address, account, is_practice, settings::text as settings, secrets"
        " from channels where id = $1 and state <> 'disconnected'",
        channel_id,
    )
    return HostedChannel(*row) if row else None
