"""Make a team."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.team import MOST_TEAMS, TeamColour
from threadline.store import teams
from threadline.store.session import Session


async def create_team(
    session: Session,
    *,
    caller: Caller,
    name: str,
    colour: TeamColour,
    member_ids: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> UUID:
    """Raises Conflict (the name is taken, or there are as many as menus bear), Invalid (an agent who is not here)."""
    if await teams.count_teams(session) >= MOST_TEAMS:
        raise Conflict(
            f"There are {MOST_TEAMS} teams already. Please delete some that nobody needs.",
            reason="too_many_teams",
            values={"limit": str(MOST_TEAMS)},
        )
    await check_members(session, member_ids)
    team_id = new_id()
    await teams.insert_team(session, team_id=team_id, name=name, colour=colour)
    await teams.add_members(session, team_id, member_ids)
    record_team(session, EventKind.TEAM_CREATED, team_id, caller=caller, now=now, new_id=new_id)
    return team_id


async def check_members(session: Session, agent_ids: Sequence[UUID]) -> None:
    """Raises Invalid if somebody is not of this workspace. Who left it may stay in their teams."""
    if not await teams.agents_exist(session, agent_ids):
        raise Invalid("This person is not in the workspace.", field="member_ids", reason="person_not_here")


def record_team(
    session: Session, kind: EventKind, team_id: UUID, *, caller: Caller, now: datetime, new_id: NewId
) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=kind,
            at=now,
            actor_id=caller.actor_id,
            data={"team_id": str(team_id)},
        )
    )
