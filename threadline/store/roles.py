"""Roles of a workspace's own: a name and rights. The three that are built in are no rows (core/permission.py)."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, Invalid, NotFound
from threadline.core.permission import ROLES, Permission, RoleName, readable_permissions, role_key
from threadline.store.session import Session


class OwnRole(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    permissions: list[str]
    """In the order of `Permission`."""
    agent_count: int
    """Who works here in it."""
    invitation_count: int
    """Invitations into it that can still be used."""


_SELECT = """
select r.id, r.name, r.permissions,
       (select count(*) from agents a
        where a.workspace_id = r.workspace_id and a.role_id = r.id and a.deactivated_at is null) as agent_count,
       (select count(*) from one_time_links l
        where l.workspace_id = r.workspace_id and l.role_id = r.id and l.used_at is null and l.revoked_at is null
          and l.expires_at > now()) as invitation_count
from roles r where r.workspace_id = $1
"""


async def list_roles(session: Session) -> list[OwnRole]:
    """By name. Their number is bounded (`MOST_ROLES`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by r.name_key", session.workspace_id)
    return [_role(row) for row in rows]


async def get_role(session: Session, role_id: UUID) -> OwnRole:
    """Raises NotFound, also for those of other workspaces."""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and r.id = $2", session.workspace_id, role_id)
    if row is None:
        raise NotFound("This role does not exist.", reason="role_gone")
    return _role(row)


async def lock_role(session: Session, role_id: UUID) -> OwnRole:
    """The role, kept from other changes and from being given until the end. Raises NotFound."""
    await (await session.raw()).execute(
        "select from roles where workspace_id = $1 and id = $2 for update", session.workspace_id, role_id
    )
    return await get_role(session, role_id)


async def rights_of_role(session: Session, role: str, role_id: UUID | None) -> frozenset[Permission]:
    """What a role may do; an own one is kept from changing until the end, so that nobody is given what it was not.

    Raises Invalid if there is no such role of the workspace's own.
    """
    if role_id is None:
        return ROLES[RoleName(role)]
    permissions = await (await session.raw()).fetchval(
        "select permissions from roles where workspace_id = $1 and id = $2 for share", session.workspace_id, role_id
    )
    if permissions is None:
        raise Invalid("This role does not exist.", field="role_id", reason="role_gone")
    return readable_permissions(permissions)


async def agents_of_role(session: Session, role_id: UUID) -> list[UUID]:
    """Who has it, whether they work here still or not; in the order of ids, locked."""
    rows = await (await session.raw()).fetch(
        "select id from agents where workspace_id = $1 and role_id = $2 order by id for no key update",
        session.workspace_id,
        role_id,
    )
    return [row["id"] for row in rows]


async def insert_role(session: Session, *, role_id: UUID, name: str, permissions: Iterable[Permission]) -> None:
    """Raises Conflict if another role has the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into roles (workspace_id, id, name, name_key, permissions) values ($1, $2, $3, $4, $5)"
        " on conflict (workspace_id, name_key) do nothing returning true",
        session.workspace_id,
        role_id,
        name,
        role_key(name),
        [permission.value for permission in permissions],
    )
    if not inserted:
        raise _name_is_taken()


async def update_role(session: Session, role_id: UUID, *, name: str, permissions: Iterable[Permission]) -> None:
    """Raises Conflict if another role has the name."""
    try:
        await (await session.raw()).execute(
            "update roles set name = $3, name_key = $4, permissions = $5 where workspace_id = $1 and id = $2",
            session.workspace_id,
            role_id,
            name,
            role_key(name),
            [permission.value for permission in permissions],
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None


async def delete_role(session: Session, role_id: UUID) -> None:
    """Who had it and left is an agent if they come back."""
    await (await session.raw()).execute(
        "delete from roles where workspace_id = $1 and id = $2", session.workspace_id, role_id
    )


def _role(row: asyncpg.Record) -> OwnRole:
    known = readable_permissions(row["permissions"])
    return OwnRole(**{**row, "permissions": [one.value for one in Permission if one in known]})


def _name_is_taken() -> Conflict:
    return Conflict("There is a role with this name already.", reason="role_name_taken")
