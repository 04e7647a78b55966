"""Saved views: an agent's own, those of teams, and the workspace's."""

from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.filter import Group
from threadline.core.permission import Caller, Permission
from threadline.core.saved_view import Audience, Sorting
from threadline.store.session import Session

_decode = msgspec.json.Decoder(Group).decode
_encode = msgspec.json.Encoder().encode


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    audience: Audience
    team_id: UUID | None
    filter: Group
    order: Sorting


_COLUMNS = "v.id, v.agent_id, v.team_id, v.name, v.filter::text as filter, v.list_order"
_READABLE = """
v.workspace_id = $1 and (v.agent_id is null or v.agent_id = $2) and (v.team_id is null or exists (
    select from teams t where t.workspace_id = v.workspace_id and t.id = v.team_id and t.deleted_at is null
    and ($3 or exists (select from team_members m where m.workspace_id = t.workspace_id and m.team_id = t.id
                       and m.agent_id = $2))))
"""
"""Own ones, the workspace's, and those of teams: to their members and to whoever manages views."""


async def list_saved_views(session: Session, caller: Caller) -> list[SavedView]:
    """Those that the caller may open, by name. Their number is bounded (core/saved_view.py, MOST_VIEWS)."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from saved_views v where {_READABLE} order by lower(v.name), v.id", *_reader(caller)
    )
    return [_view(row) for row in rows]


async def access_saved_view(session: Session, caller: Caller, view_id: UUID, *, is_locked: bool = False) -> SavedView:
    """Raises NotFound: missing, foreign and a colleague's own look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from saved_views v where {_READABLE} and v.id = $4"
        f"{' for no key update of v' if is_locked else ''}",
        *_reader(caller),
        view_id,
    )
    if row is None:
        raise NotFound("This view does not exist any more.")
    return _view(row)


async def count_saved_views(session: Session, *, agent_id: UUID | None, team_id: UUID | None) -> int:
    """How many this agent has, or this team, or (for neither) the workspace."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from saved_views where workspace_id = $1"
        " and agent_id is not distinct from $2 and team_id is not distinct from $3",
        session.workspace_id,
        agent_id,
        team_id,
    )
    return count or 0


async def insert_saved_view(session: Session, view: SavedView, *, agent_id: UUID | None) -> None:
    await (await session.raw()).execute(
        "insert into saved_views (workspace_id, id, agent_id, team_id, name, filter, list_order)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        session.workspace_id,
        view.id,
        agent_id,
        view.team_id,
        view.name,
        _encode(view.filter).decode(),
        view.order.value,
    )


async def update_saved_view(session: Session, view: SavedView, *, agent_id: UUID | None) -> None:
    await (await session.raw()).execute(
        "update saved_views set agent_id = $3, team_id = $4, name = $5, filter = $6, list_order = $7,"
        " updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        view.id,
        agent_id,
        view.team_id,
        view.name,
        _encode(view.filter).decode(),
        view.order.value,
    )


async def delete_saved_view(session: Session, view_id: UUID) -> None:
    await (await session.raw()).execute(
        "delete from saved_views where workspace_id = $1 and id = $2", session.workspace_id, view_id
    )


def _reader(caller: Caller) -> tuple[UUID, UUID | None, bool]:
    return caller.workspace_id, caller.agent_id, caller.may(Permission.VIEWS_MANAGE)


def _view(row: asyncpg.Record) -> SavedView:
    audience: Audience = "own" if row["agent_id"] is not None else "team" if row["team_id"] is not None else "all"
    return SavedView(
        id=row["id"],
        name=row["name"],
        audience=audience,
        team_id=row["team_id"],
        filter=_decode(row["filter"]),
        order=Sorting(row["list_order"]),
    )
