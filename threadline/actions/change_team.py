"""Rename or recolour a team, take people in and let others go: by what changes, so that two who do it lose nothing.

What somebody sees changes with their teams, at once and on open sockets too (S6).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET

from threadline.actions.change_calendar import CalendarChoice, check_calendar_choice
from threadline.actions.create_team import check_members, record_team
from threadline.actions.fill_fields import check_wanted_fields
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.team import TeamColour
from threadline.store import teams
from threadline.store.calendars import point_team
from threadline.store.session import Session


async def change_team(
    session: Session,
    *,
    caller: Caller,
    team_id: UUID,
    name: str | None,
    colour: TeamColour | None,
    needs_label: bool | None = None,
    needs_fields: Sequence[UUID] | None = None,
    calendar_id: CalendarChoice = UNSET,
    add: Sequence[UUID],
    remove: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """None leaves it as it is; of the business hours, unset does.

    Raises NotFound, Conflict (the name is taken), Invalid (an agent, field or business hours that are not here).
    """
    before = await teams.lock_team(session, team_id)
    await check_members(session, add)
    await check_wanted_fields(session, needs_fields or ())
    await check_calendar_choice(session, calendar_id)
    await teams.update_team(
        session,
        team_id,
        name=name or before.name,
        colour=colour or before.colour,
        needs_label=before.needs_label if needs_label is None else needs_label,
        needs_fields=before.needs_fields if needs_fields is None else needs_fields,
    )
    if calendar_id is not UNSET:
        await point_team(session, team_id, calendar_id)
    await teams.remove_members(session, team_id, remove)
    await teams.add_members(session, team_id, add)
    record_team(session, EventKind.TEAM_CHANGED, team_id, caller=caller, now=now, new_id=new_id)
