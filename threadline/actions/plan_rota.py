"""Write the weeks that an agent works, from a day on, or take them away again."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.rota import MOST_PLANS, Plan, check_plan
from threadline.store import rota
from threadline.store.agents import get_agent
from threadline.store.calendars import is_zone_known
from threadline.store.session import Session

PLAN: Final = "plan"
"""What an event of it says that changed, beside the kinds of changes."""


async def plan_rota(session: Session, *, caller: Caller, plan: Plan, now: datetime, new_id: NewId) -> None:
    """In the place of what began on the same day; from the next plan's day on, that one holds.

    Raises Forbidden, NotFound, Invalid, Conflict (as many as an agent may have, or they do not work here any more).
    """
    check_may(caller, Permission.ROTA_MANAGE)
    check_plan(plan)
    await rota.lock_rota(session)
    agent = await get_agent(session, plan.agent_id)
    if not agent.is_active:
        raise Conflict("This person does not work here any more.", reason="person_left")
    if not await is_zone_known(session, plan.zone):
        raise Invalid("This time zone is not known here.", field="zone", reason="time_zone_unknown")
    before = await rota.find_plan(session, plan.agent_id, plan.from_day)
    if before == plan:
        return
    if before is None and await rota.count_plans(session, plan.agent_id) >= MOST_PLANS:
        raise Conflict(
            f"An agent has at most {MOST_PLANS} plans. Please delete those that are over.",
            reason="rota_too_many_plans",
            values={"limit": str(MOST_PLANS)},
        )
    await rota.save_plan(session, plan)
    _record(session, caller, plan.agent_id, now, new_id)


async def delete_plan(
    session: Session, *, caller: Caller, agent_id: UUID, from_day: date, now: datetime, new_id: NewId
) -> None:
    """What was planned before it goes on. Raises Forbidden, NotFound."""
    check_may(caller, Permission.ROTA_MANAGE)
    await rota.lock_rota(session)
    await rota.delete_plan(session, agent_id, from_day)
    _record(session, caller, agent_id, now, new_id)


def _record(session: Session, caller: Caller, agent_id: UUID, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ROTA_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"what": PLAN},
        )
    )
