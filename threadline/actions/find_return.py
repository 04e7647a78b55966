"""When customers who wrote to closed doors are answered again: as the hours say, and the rota of their team."""

from datetime import datetime
from uuid import UUID

from threadline.core.calendar import Calendar, next_opening
from threadline.core.rota import next_served
from threadline.store.rota import list_plans, load_rota
from threadline.store.session import Session
from threadline.store.teams import list_teams
from threadline.store.workspaces import get_workspace


async def find_return(
    session: Session, calendar: Calendar | None, *, team_id: UUID | None, now: datetime
) -> datetime | None:
    """The next opening; where somebody of the team is on the rota, the first moment from it on at which it is open and
    one of them works. None: never again, or always open.

    A rota that says nothing of the next month promises nothing: then the hours are told.
    """
    opens_at = None if calendar is None else next_opening(calendar, now)
    if opens_at is None or team_id is None or not await list_plans(session):
        return opens_at
    if not (await get_workspace(session)).settings.routing.by_rota:
        return opens_at
    rota = await load_rota(session, since=opens_at)
    members = next((team.member_ids for team in await list_teams(session) if team.id == team_id), list[UUID]())
    planned = sorted(set(members) & set(rota.agent_ids))
    return next_served(calendar, rota, planned, opens_at) or opens_at
