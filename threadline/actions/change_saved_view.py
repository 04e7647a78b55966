"""Saved views: keep, change and delete them. One's own are one's own; those that others see need a right."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.filter import Group, Use, check_filter
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.saved_view import MOST_VIEWS, Audience, Sorting
from threadline.store import saved_views
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.saved_views import SavedView, access_saved_view, count_saved_views
from threadline.store.session import Session
from threadline.store.teams import find_team_names


class ViewChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    audience: Audience | msgspec.UnsetType = msgspec.UNSET
    team_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    filter: Group | msgspec.UnsetType = msgspec.UNSET
    order: Sorting | msgspec.UnsetType = msgspec.UNSET


async def create_saved_view(session: Session, *, caller: Caller, view: SavedView, now: datetime, new_id: NewId) -> None:
    """Raises Forbidden, Invalid (the filter, the team) and Conflict (there are too many)."""
    _check_owner(caller, view)
    check_filter(view.filter, use=Use.VIEWS, fields=await load_fields_for(session, caller))
    await _check_team(session, view)
    await _check_room(session, caller, view)
    await saved_views.insert_saved_view(session, view, agent_id=_agent_of(caller, view))
    _record(session, caller, view, now=now, new_id=new_id)


async def change_saved_view(
    session: Session, *, caller: Caller, view_id: UUID, change: ViewChange, now: datetime, new_id: NewId
) -> SavedView:
    """The view as it is now. Raises NotFound, and what `create_saved_view` raises."""
    before = await access_saved_view(session, caller, view_id, is_locked=True)
    _check_owner(caller, before)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    view = msgspec.structs.replace(before, **given)
    if view.audience != "team":
        view = msgspec.structs.replace(view, team_id=None)
    if (view.audience, view.team_id) != (before.audience, before.team_id):
        _check_owner(caller, view)
        await _check_team(session, view)
        await _check_room(session, caller, view)
    fields = await (load_fields_for(session, caller) if "filter" in given else load_fields(session))
    check_filter(view.filter, use=Use.VIEWS, fields=fields)
    await saved_views.update_saved_view(session, view, agent_id=_agent_of(caller, view))
    _record(session, caller, view, now=now, new_id=new_id)
    return view


async def delete_saved_view(session: Session, *, caller: Caller, view_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound and Forbidden."""
    view = await access_saved_view(session, caller, view_id, is_locked=True)
    _check_owner(caller, view)
    await saved_views.delete_saved_view(session, view_id)
    _record(session, caller, view, now=now, new_id=new_id)


def _check_owner(caller: Caller, view: SavedView) -> None:
    if view.audience != "own":
        check_may(caller, Permission.VIEWS_MANAGE)
    elif caller.agent_id is None:
        raise Forbidden("A program has no views of its own.")


async def _check_team(session: Session, view: SavedView) -> None:
    if (view.audience == "team") is not (view.team_id is not None):
        raise Invalid("Please choose a team.", field="team_id", reason="view_team")
    if view.team_id is None:
        return
    team = (await find_team_names(session, [view.team_id])).get(view.team_id)
    if team is None or not team.is_live:
        raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")


async def _check_room(session: Session, caller: Caller, view: SavedView) -> None:
    agent_id = _agent_of(caller, view)
    if await count_saved_views(session, agent_id=agent_id, team_id=view.team_id) >= MOST_VIEWS:
        raise Conflict(
            f"There are {MOST_VIEWS} views already. Delete one that nobody uses.",
            reason="too_many_views",
            values={"limit": str(MOST_VIEWS)},
        )


def _agent_of(caller: Caller, view: SavedView) -> UUID | None:
    return caller.agent_id if view.audience == "own" else None


def _record(session: Session, caller: Caller, view: SavedView, *, now: datetime, new_id: NewId) -> None:
    """Also of one's own: another screen of the same agent shows it."""
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.SAVED_VIEW_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"saved_view_id": str(view.id)},
        )
    )
