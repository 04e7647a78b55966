"""API tokens: kept as a hash, never stronger than the agent they belong to (S22)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Caller, Visibility, narrowed, readable_permissions
from threadline.core.workspace import permissions_of_agent
from threadline.store.connection import Connection
from threadline.store.session import Session


class Token(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    last4: str
    scopes: list[str]
    channel_ids: list[UUID] | None
    agent_id: UUID | None
    """Whose rights it has at most; None: a service's own."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    bot_name: str | None = None
    """Of a bot's: the name above its messages."""


_ENTER = """
select o.*, teams_of_agent(o.workspace_id, o.agent_id) as team_ids, sights_of_workspace(o.workspace_id) as sights,
       rights_of_agent(o.workspace_id, o.agent_id) as own_rights,
       name_of_bot(o.workspace_id, o.token_id) as bot_name,
       set_config('threadline.workspace_id', o.workspace_id::text, true) as entered from open_token($1) o
"""
_COLUMNS = "id, name, last4, scopes, channel_ids, agent_id, created_at, expires_at, last_used_at, bot_name"


async def enter_token(session: Session, token_hash: bytes) -> Caller | None:
    """Finds a token that lives and enters its workspace for the rest of this transaction. One statement, no cache."""
    row = await (await session.raw()).fetchrow(_ENTER, token_hash)
    if row is None:
        return None
    session.workspace_id = row["workspace_id"]
    if row["is_untouched"]:
        await _touch(session, row["token_id"])
    return _caller(row)


async def callers_of_tokens(connection: Connection, token_hashes: Sequence[bytes]) -> dict[UUID, Caller]:
    """What the holders of these tokens may do now; tokens that are over are absent. For open sockets (S6)."""
    rows = await connection.fetch(
        "select o.*, teams_of_agent(o.workspace_id, o.agent_id) as team_ids,"
        " sights_of_workspace(o.workspace_id) as sights, rights_of_agent(o.workspace_id, o.agent_id) as own_rights,"
        " name_of_bot(o.workspace_id, o.token_id) as bot_name"
        " from unnest($1::bytea[]) as wanted (hash) cross join open_token(wanted.hash) o",
        list(token_hashes),
    )
    return {row["token_id"]: _caller(row) for row in rows}


def _caller(row: asyncpg.Record) -> Caller:
    permissions = readable_permissions(row["scopes"])
    if row["is_bound"]:
        permissions &= permissions_of_agent(row["role"], own_rights=row["own_rights"], sights=row["sights"])
    return Caller(
        workspace_id=row["workspace_id"],
        permissions=permissions,
        visibility=Visibility(
            channel_ids=narrowed(row["token_channel_ids"], row["channel_ids"]),
            only_assigned_to=row["agent_id"] if row["sees"] in ("assigned", "team") else None,
            team_ids=frozenset(row["team_ids"]) if row["sees"] == "team" else None,
        ),
        # What a bot does is nobody's: it acts with the rights of an agent, and never in their name.
        agent_id=None if row["bot_name"] else row["agent_id"],
        team_ids=frozenset() if row["bot_name"] else frozenset(row["team_ids"]),
        person_id=None if row["bot_name"] else row["person_id"],
        token_id=row["token_id"],
        bot_name=row["bot_name"] or "",
    )


async def _touch(session: Session, token_id: UUID) -> None:
    await (await session.raw()).execute(
        "update api_tokens set last_used_at = now() where workspace_id = $1 and id = $2", session.workspace_id, token_id
    )


async def insert_token(
    session: Session,
    *,
    token_id: UUID,
    agent_id: UUID | None,
    name: str,
    token_hash: bytes,
    last4: str,
    scopes: Sequence[str],
    channel_ids: Sequence[UUID] | None,
    created_by: UUID | None,
    expires_at: datetime | None,
    bot_name: str | None = None,
) -> Token:
    row = await (await session.raw()).fetchrow(
        "insert into api_tokens (workspace_id, id, agent_id, name, token_hash, last4, scopes, channel_ids, created_by,"
        f" expires_at, bot_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning {_COLUMNS}",
        session.workspace_id,
        token_id,
        agent_id,
        name,
        token_hash,
        last4,
        list(scopes),
        None if channel_ids is None else list(channel_ids),
        created_by,
        expires_at,
        bot_name,
    )
    assert row is not None
    return Token(**row)


async def list_tokens(session: Session) -> list[Token]:
    """Those that are not revoked, the newest first."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from api_tokens where workspace_id = $1 and revoked_at is null order by id desc",
        session.workspace_id,
    )
    return [Token(**row) for row in rows]


async def revoke_token(session: Session, token_id: UUID) -> None:
    """Raises NotFound if the workspace has no such token that lives."""
    revoked = await (await session.raw()).fetchval(
        "update api_tokens set revoked_at = now() where workspace_id = $1 and id = $2 and revoked_at is null"
        " returning true",
        session.workspace_id,
        token_id,
    )
    if not revoked:
        raise NotFound("This token does not exist.")
