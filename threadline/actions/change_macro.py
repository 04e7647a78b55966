"""Macros: make, change and delete them. One's own are one's own; a team's and the workspace's need a right."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.acts import Act, ReplyOwner, check_acts
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.saved_reply import COUNT_LIMIT
from threadline.store import macros
from threadline.store.macros import Macro, access_macro, count_macros, load_references, templates_of
from threadline.store.session import Session
from threadline.store.teams import find_team_names


class MacroChange(msgspec.Struct, frozen=True, kw_only=True):
    """UNSET: it stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    acts: list[Act] | msgspec.UnsetType = msgspec.UNSET
    team_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    """None: everybody's. One's own stays one's own."""


async def create_macro(session: Session, *, caller: Caller, macro: Macro, now: datetime, new_id: NewId) -> Macro:
    """Raises Forbidden, Invalid (an act that cannot be done, a team that is gone), Conflict (too many)."""
    owner = _owner(caller, macro)
    await _check(session, caller, macro, owner)
    if await count_macros(session, owner) >= COUNT_LIMIT:
        raise Conflict(
            f"There are {COUNT_LIMIT} macros already. Delete one that nobody uses.",
            reason="too_many_macros",
            values={"limit": str(COUNT_LIMIT)},
        )
    await macros.insert_macro(session, macro, owner)
    _record(session, caller, macro, "created", now=now, new_id=new_id)
    return macro


async def change_macro(
    session: Session, *, caller: Caller, macro_id: UUID, change: MacroChange, now: datetime, new_id: NewId
) -> Macro:
    """The macro as it is now; whoever looks at a preview of what it was is told so when they run it.

    Raises NotFound, and what `create_macro` raises.
    """
    before = await access_macro(session, caller, macro_id, is_locked=True)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    macro = msgspec.structs.replace(before, **given, updated_at=now, broken=[])
    owner = _owner(caller, macro)
    await _check(session, caller, macro, owner)
    await macros.update_macro(session, macro)
    _record(session, caller, macro, "changed", now=now, new_id=new_id)
    return macro


async def delete_macro(session: Session, *, caller: Caller, macro_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound and Forbidden."""
    macro = await access_macro(session, caller, macro_id, is_locked=True)
    _owner(caller, macro)
    await macros.delete_macro(session, macro_id)
    _record(session, caller, macro, "deleted", now=now, new_id=new_id)


def _owner(caller: Caller, macro: Macro) -> ReplyOwner:
    """Whose it is. Raises Forbidden if the caller may not write it."""
    if macro.is_shared:
        check_may(caller, Permission.MACROS_MANAGE)
        return ReplyOwner(team_id=macro.team_id)
    if caller.agent_id is None:
        raise Forbidden("A program has no macros of its own.")
    return ReplyOwner(agent_id=caller.agent_id)


async def _check(session: Session, caller: Caller, macro: Macro, owner: ReplyOwner) -> None:
    if macro.team_id is not None:
        team = (await find_team_names(session, [macro.team_id])).get(macro.team_id)
        if not macro.is_shared or team is None or not team.is_live:
            raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")
    check_acts(macro.acts, owner, await load_references(session, templates_of(macro.acts), reader=caller))


def _record(session: Session, caller: Caller, macro: Macro, change: str, *, now: datetime, new_id: NewId) -> None:
    """The workspace's macros stand in the record; one's own are nobody else's matter."""
    if not macro.is_shared:
        return
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.MACRO_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"macro_id": str(macro.id), "change": change},
        )
    )
