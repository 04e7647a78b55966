"""Teams and who is in them. A deleted team has nobody and stands in no list any more."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.team import TeamColour, team_key
from threadline.store.session import Session


class Team(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    colour: TeamColour
    member_ids: list[UUID]
    needs_label: bool = False
    """Its conversations need a label before they are resolved."""
    needs_fields: list[UUID] = []
    """Fields of conversations and contacts that are filled in before they are resolved."""
    calendar_id: UUID | None = None
    """Its business hours; None: those of the channel."""


_SELECT = """
select t.id, t.name, t.colour, t.needs_label, t.needs_fields, t.calendar_id,
       coalesce(array_agg(m.agent_id order by m.agent_id) filter (where m.agent_id is not null), '{}') as member_ids
from teams t left join team_members m on m.workspace_id = t.workspace_id and m.team_id = t.id
where t.workspace_id = $1 and t.deleted_at is null
"""
_GROUP = "group by t.workspace_id, t.id order by t.name_key"


async def list_teams(session: Session) -> list[Team]:
    """By name. Their number is bounded (`MOST_TEAMS`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} {_GROUP}", session.workspace_id)
    return [Team(**row) for row in rows]


async def get_team(session: Session, team_id: UUID) -> Team:
    """Raises NotFound, also for deleted ones and those of other workspaces."""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and t.id = $2 {_GROUP}", session.workspace_id, team_id)
    if row is None:
        raise _no_such_team()
    return Team(**row)


async def lock_team(session: Session, team_id: UUID) -> Team:
    """The team, kept from being deleted and from other changes until the end. Raises NotFound."""
    await (await session.raw()).execute(
        "select from teams where workspace_id = $1 and id = $2 for no key update", session.workspace_id, team_id
    )
    return await get_team(session, team_id)


class TeamName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    is_live: bool


async def find_team_names(session: Session, team_ids: Sequence[UUID]) -> dict[UUID, TeamName]:
    """Those of these ids that are teams here, deleted ones too.

    Without a lock: the caller holds a conversation, and whoever deletes a team comes the other way. A conversation that
    got a team at the moment of its end is shown as nobody's team's, as if it had been given a moment before.
    """
    rows = await (await session.raw()).fetch(
        "select id, name, deleted_at is null as is_live from teams where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(team_ids),
    )
    return {row["id"]: TeamName(**row) for row in rows}


async def count_teams(session: Session) -> int:
    count = await (await session.raw()).fetchval(
        "select count(*) from teams where workspace_id = $1 and deleted_at is null", session.workspace_id
    )
    return count or 0


async def insert_team(session: Session, *, team_id: UUID, name: str, colour: TeamColour) -> None:
    """Raises Conflict if another team has the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, $3, $4, $5)"
        " on conflict (workspace_id, name_key) where deleted_at is null do nothing returning true",
        session.workspace_id,
        team_id,
        name,
        team_key(name),
        colour,
    )
    if not inserted:
        raise _name_is_taken()


async def update_team(
    session: Session,
    team_id: UUID,
    *,
    name: str,
    colour: TeamColour,
    needs_label: bool,
    needs_fields: Sequence[UUID],
) -> None:
    """Raises Conflict if another team has the name."""
    try:
        await (await session.raw()).execute(
            "update teams set name = $3, name_key = $4, colour = $5, needs_label = $6, needs_fields = $7"
            " where workspace_id = $1 and id = $2",
            session.workspace_id,
            team_id,
            name,
            team_key(name),
            colour,
            needs_label,
            list(dict.fromkeys(needs_fields)),
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None


async def delete_team(session: Session, team_id: UUID) -> None:
    """Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "update teams set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null returning true",
        session.workspace_id,
        team_id,
    )
    if not deleted:
        raise _no_such_team()


async def release_conversations(session: Session, team_id: UUID) -> None:
    """What a team has in work is nobody's team's any more; what it resolved keeps its name.

    In the order of ids, as everything that locks many conversations.
    """
    await (await session.raw()).execute(
        "update conversations c set team_id = null from (select id from conversations where workspace_id = $1"
        " and team_id = $2 and state <> 'resolved' order by id for no key update) own"
        " where c.workspace_id = $1 and c.id = own.id",
        session.workspace_id,
        team_id,
    )


async def agents_exist(session: Session, agent_ids: Sequence[UUID]) -> bool:
    found = await (await session.raw()).fetchval(
        "select count(*) from agents where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(agent_ids),
    )
    return found == len(set(agent_ids))


async def add_members(session: Session, team_id: UUID, agent_ids: Sequence[UUID]) -> None:
    await (await session.raw()).execute(
        "insert into team_members (workspace_id, team_id, agent_id) select $1, $2, unnest($3::uuid[])"
        " on conflict do nothing",
        session.workspace_id,
        team_id,
        list(agent_ids),
    )


async def remove_members(session: Session, team_id: UUID, agent_ids: Sequence[UUID]) -> None:
    await (await session.raw()).execute(
        "delete from team_members where workspace_id = $1 and team_id = $2 and agent_id = any($3::uuid[])",
        session.workspace_id,
        team_id,
        list(agent_ids),
    )


def _no_such_team() -> NotFound:
    return NotFound("This team does not exist.")


def _name_is_taken() -> Conflict:
    return Conflict("There is a team with this name already.", reason="team_name_taken")
