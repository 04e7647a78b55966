"""One-time links: the set-up of a workspace and invitations. Only the hash of a link's token is kept (S15, S18)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Sees
from threadline.store.agents import RoleText
from threadline.store.session import Session

Purpose = Literal["setup", "invitation"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link that may still be used."""

    id: UUID
    workspace_id: UUID | None
    email: str
    role: str
    role_id: UUID | None
    sees: str
    channel_ids: list[UUID] | None
    invited_by: UUID | None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    role: RoleText
    role_id: UUID | None
    sees: Sees
    channel_ids: list[UUID] | None
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime


_COLUMNS = "id, workspace_id, email, role, role_id, sees, channel_ids, invited_by"
_INVITATIONS = """
select id, email, role, role_id, sees, channel_ids, invited_by, created_at, expires_at from one_time_links
where workspace_id = $1 and purpose = 'invitation'
"""
_USABLE = "purpose = $2 and used_at is null and revoked_at is null and expires_at > now()"


async def insert_link(
    session: Session,
    *,
    link_id: UUID,
    token_hash: bytes,
    purpose: Purpose,
    workspace_id: UUID | None,
    role: str,
    lifetime_s: float,
    email: str = "",
    sees: str = "all",
    channel_ids: Sequence[UUID] | None = None,
    invited_by: UUID | None = None,
    role_id: UUID | None = None,
) -> None:
    await (await session.raw()).execute(
        "insert into one_time_links (id, token_hash, purpose, workspace_id, role, email, sees, channel_ids, invited_by,"
        " expires_at, role_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10), $11)",
        link_id,
        token_hash,
        purpose,
        workspace_id,
        role,
        email,
        sees,
        None if channel_ids is None else list(channel_ids),
        invited_by,
        lifetime_s,
        role_id,
    )


async def find_link(session: Session, token_hash: bytes, purpose: Purpose) -> Link | None:
    """The link behind a token, if it may still be used. Reading it does not use it."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from one_time_links where token_hash = $1 and {_USABLE}", token_hash, purpose
    )
    return None if row is None else _link(row)


async def use_link(session: Session, token_hash: bytes, purpose: Purpose) -> Link | None:
    """Uses the link up: of two at once, one gets it and the other None."""
    row = await (await session.raw()).fetchrow(
        f"update one_time_links set used_at = now() where token_hash = $1 and {_USABLE} returning {_COLUMNS}",
        token_hash,
        purpose,
    )
    return None if row is None else _link(row)


async def revoke_setup_links(session: Session, workspace_id: UUID | None) -> None:
    await (await session.raw()).execute(
        "update one_time_links set revoked_at = now() where purpose = 'setup' and workspace_id is not distinct from $1"
        " and used_at is null and revoked_at is null",
        workspace_id,
    )


async def list_invitations(session: Session) -> list[Invitation]:
    """Those that can still be used, the newest first."""
    rows = await (await session.raw()).fetch(
        f"{_INVITATIONS} and used_at is null and revoked_at is null and expires_at > now() order by id desc",
        session.workspace_id,
    )
    return [Invitation(**row) for row in rows]


async def get_invitation(session: Session, link_id: UUID) -> Invitation:
    row = await (await session.raw()).fetchrow(f"{_INVITATIONS} and id = $2", session.workspace_id, link_id)
    if row is None:
        raise NotFound("This invitation does not exist.", reason="invitation_gone")
    return Invitation(**row)


async def revoke_invitation(session: Session, link_id: UUID) -> None:
    """Raises NotFound if it is none of this workspace, used, or over."""
    revoked = await (await session.raw()).fetchval(
        "update one_time_links set revoked_at = now() where id = $1 and workspace_id = $2 and purpose = 'invitation'"
        " and used_at is null and revoked_at is null returning true",
        link_id,
        session.workspace_id,
    )
    if not revoked:
        raise NotFound("This invitation does not exist.", reason="invitation_gone")


async def revoke_invitations_by(session: Session, agent_id: UUID) -> None:
    """Rights are checked when they are used: whoever loses theirs cannot have others join with them (S6)."""
    await (await session.raw()).execute(
        "update one_time_links set revoked_at = now() where workspace_id = $1 and invited_by = $2 and used_at is null"
        " and revoked_at is null",
        session.workspace_id,
        agent_id,
    )


async def revoke_invitations_for(session: Session, email: str) -> None:
    """A newer invitation takes the place of those before it."""
    await (await session.raw()).execute(
        "update one_time_links set revoked_at = now() where workspace_id = $1 and purpose = 'invitation' and email = $2"
        " and used_at is null and revoked_at is null",
        session.workspace_id,
        email,
    )


def _link(row: asyncpg.Record) -> Link:
    return Link(**row)
