"""Channels and their endpoints as admins connect them. Ingress reads its own way (store/endpoints.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.store.connection import Connection
from threadline.store.session import Session

ChannelState = Literal["connected", "paused", "disconnected"]


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    type: str
    name: str
    endpoint_id: UUID
    endpoint_key: str
    address: str
    account: str
    display_address: str
    state: ChannelState
    paused_reason: str
    secrets: bytes
    endpoint_secrets: bytes
    settings: dict[str, str]
    health: dict[str, str]
    is_practice: bool
    calendar_id: UUID | None
    """Its business hours; None: those of the workspace."""
    last_delivery_at: datetime | None
    verified_at: datetime | None
    created_at: datetime


class EndpointKeys(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    key: str
    secrets: bytes


_SELECT = """
select c.id, c.type, c.name, c.endpoint_id, e.key as endpoint_key, c.address, c.account, c.display_address, c.state,
       c.paused_reason, c.secrets, e.secrets as endpoint_secrets, c.settings::text as settings,
       c.health::text as health, c.is_practice, c.calendar_id, e.last_delivery_at, e.verified_at, c.created_at
from channels c join endpoints e on e.workspace_id = c.workspace_id and e.id = c.endpoint_id
"""


async def list_channels(session: Session, caller: Caller) -> list[ChannelRow]:
    """Those the caller may see, the oldest first."""
    rows = await (await session.raw()).fetch(f"{_SELECT} where c.workspace_id = $1 order by c.id", caller.workspace_id)
    return [_row(row) for row in rows if caller.visibility.has_channel(row["id"])]


async def access_channel(session: Session, caller: Caller, channel_id: UUID, *, is_locked: bool = False) -> ChannelRow:
    """One channel, if the caller may see it. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        f"{_SELECT} where c.workspace_id = $1 and c.id = $2{' for no key update of c' if is_locked else ''}",
        caller.workspace_id,
        channel_id,
    )
    if row is None or not caller.visibility.has_channel(channel_id):
        raise NotFound("This channel does not exist.")
    return _row(row)


async def load_channels(connection: Connection, *, workspace_id: UUID, channel_ids: Sequence[UUID]) -> list[ChannelRow]:
    rows = await connection.fetch(
        f"{_SELECT} where c.workspace_id = $1 and c.id = any($2::uuid[]) order by c.id", workspace_id, list(channel_ids)
    )
    return [_row(row) for row in rows]


async def list_endpoints(session: Session, provider: str) -> list[EndpointKeys]:
    """The endpoints of one provider, the oldest first: one whose secrets match serves another channel, too."""
    rows = await (await session.raw()).fetch(
        "select id, key, secrets from endpoints where workspace_id = $1 and provider = $2 order by id",
        session.workspace_id,
        provider,
    )
    return [EndpointKeys(**row) for row in rows]


async def insert_endpoint(session: Session, *, endpoint_id: UUID, key: str, provider: str, secrets: bytes) -> None:
    await (await session.raw()).execute(
        "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, $4, $5)",
        session.workspace_id,
        endpoint_id,
        key,
        provider,
        secrets,
    )


async def set_endpoint_secrets(session: Session, endpoint_id: UUID, secrets: bytes) -> None:
    await (await session.raw()).execute(
        "update endpoints set secrets = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        endpoint_id,
        secrets,
    )


async def insert_channel(
    session: Session,
    *,
    channel_id: UUID,
    channel_type: str,
    name: str,
    endpoint_id: UUID,
    address: str,
    account: str,
    display_address: str,
    secrets: bytes,
    settings: Mapping[str, str],
    is_practice: bool,
) -> bool:
    """False if the address is live somewhere, here or in another workspace (`channels_live`)."""
    is_new = await (await session.raw()).fetchval(
        "insert into channels (workspace_id, id, type, name, endpoint_id, address, account, display_address, secrets,"
        " settings, is_practice) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " on conflict do nothing returning true",
        session.workspace_id,
        channel_id,
        channel_type,
        name,
        endpoint_id,
        address,
        account,
        display_address,
        secrets,
        msgspec.json.encode(settings).decode(),
        is_practice,
    )
    return bool(is_new)


async def update_channel(
    session: Session,
    channel_id: UUID,
    *,
    name: str,
    state: str,
    account: str,
    secrets: bytes,
    settings: Mapping[str, str],
) -> None:
    """The address of a channel never changes: another address is another channel."""
    await (await session.raw()).execute(
        "update channels set name = $3, state = $4, account = $5, secrets = $6, settings = $7,"
        " paused_reason = case when $4 = 'connected' then '' else paused_reason end,"
        " disconnected_at = case when $4 = 'disconnected' then coalesce(disconnected_at, now()) end"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        channel_id,
        name,
        state,
        account,
        secrets,
        msgspec.json.encode(settings).decode(),
    )


_decode_texts = msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode


def _row(row: asyncpg.Record) -> ChannelRow:
    return ChannelRow(**{**row, "settings": _texts(row["settings"]), "health": _texts(row["health"])})


def _texts(stored: str) -> dict[str, str]:
    """Facts are kept as JSON scalars; outside they are texts."""
    return {key: _text(value) for key, value in _decode_texts(stored).items()}


def _text(value: str | float | bool | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
