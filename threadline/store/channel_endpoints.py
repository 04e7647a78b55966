"""Which endpoint a body belongs to, by the ids inside: for recorded bodies that no longer know their URL."""

from uuid import UUID

import msgspec

from threadline.store.session import Session


class ChannelEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    endpoint_id: UUID
    key: str
    secrets: bytes
    type: str
    address: str
    account: str


async def list_channel_endpoints(session: Session) -> list[ChannelEndpoint]:
    """One line per live channel of every workspace. As the engine."""
    rows = await (await session.raw()).fetch(
        "select e.id as endpoint_id, e.key, e.secrets, c.type, c.address, c.account"
        " from channels c join endpoints e on e.workspace_id = c.workspace_id and e.id = c.endpoint_id"
        " where c.state <> 'disconnected' order by c.id"
    )
    return [ChannelEndpoint(**row) for row in rows]
