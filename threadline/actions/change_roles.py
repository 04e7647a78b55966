"""Make, change and delete roles of a workspace's own. Nobody gives away what they do not hold (S7)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import (
    MOST_ROLES,
    Caller,
    Permission,
    RoleName,
    check_may_give,
    readable_permissions,
    role_key,
)
from threadline.store import roles
from threadline.store.links import revoke_invitations_by
from threadline.store.session import Session

_BUILT_IN: Final = frozenset(role_key(name) for name in RoleName)


async def create_role(
    session: Session, *, caller: Caller, name: str, permissions: Iterable[Permission], now: datetime, new_id: NewId
) -> UUID:
    """Raises Forbidden (rights that the caller lacks), Conflict (the name is taken, too many), Invalid (no rights)."""
    rights = _checked(caller, permissions)
    _check_name(name)
    if len(await roles.list_roles(session)) >= MOST_ROLES:
        raise Conflict(
            f"There are {MOST_ROLES} roles already. Please delete some that nobody has.",
            reason="too_many_roles",
            values={"limit": str(MOST_ROLES)},
        )
    role_id = new_id()
    await roles.insert_role(session, role_id=role_id, name=name, permissions=_in_order(rights))
    _record(session, role_id, "made", caller=caller, now=now, new_id=new_id)
    return role_id


async def change_role(
    session: Session,
    *,
    caller: Caller,
    role_id: UUID,
    name: str | None,
    permissions: Iterable[Permission] | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """Who has it may do from now on what it says, on open sockets too; invitations of those who lose rights end (S6).

    None leaves it as it is. Raises NotFound, Forbidden (a role with rights that the caller lacks, before or after),
    Conflict (the name is taken), Invalid (no rights).
    """
    before = await roles.lock_role(session, role_id)
    held = readable_permissions(before.permissions)
    check_may_give(caller, held)
    rights = held if permissions is None else _checked(caller, permissions)
    if name is not None:
        _check_name(name)
    await roles.update_role(session, role_id, name=name or before.name, permissions=_in_order(rights))
    if not held <= rights:
        for agent_id in await roles.agents_of_role(session, role_id):
            await revoke_invitations_by(session, agent_id)
    _record(session, role_id, "changed", caller=caller, now=now, new_id=new_id)


async def delete_role(session: Session, *, caller: Caller, role_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound, Forbidden (it stands above the caller), Conflict (somebody has it, or is invited into it)."""
    role = await roles.lock_role(session, role_id)
    check_may_give(caller, readable_permissions(role.permissions))
    if role.agent_count or role.invitation_count:
        raise Conflict(
            "People have this role or are invited into it. Give them another one first.", reason="role_in_use"
        )
    await roles.delete_role(session, role_id)
    _record(session, role_id, "deleted", caller=caller, now=now, new_id=new_id)


def _checked(caller: Caller, permissions: Iterable[Permission]) -> frozenset[Permission]:
    rights = frozenset(permissions)
    if not rights:
        raise Invalid("Please choose at least one right.", field="permissions", reason="role_without_rights")
    check_may_give(caller, rights)
    return rights


def _check_name(name: str) -> None:
    if role_key(name) in _BUILT_IN:
        raise Conflict("There is a role with this name already.", reason="role_name_taken")


def _in_order(rights: frozenset[Permission]) -> list[Permission]:
    return [permission for permission in Permission if permission in rights]


def _record(session: Session, role_id: UUID, what: str, *, caller: Caller, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ROLE_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"role_id": str(role_id), "what": what},
        )
    )
