"""The part of a configuration file that says who works when. May be repeated."""

from datetime import date, datetime

from threadline.actions.plan_rota import plan_rota
from threadline.core.calendar import Week
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.rota import Plan
from threadline.store.agents import list_agents
from threadline.store.people import normal_email
from threadline.store.rota import find_plan
from threadline.store.session import Session


async def apply_plan(
    session: Session,
    *,
    email: str,
    from_day: date,
    zone: str,
    weeks: tuple[Week, ...],
    caller: Caller,
    now: datetime,
    new_id: NewId,
) -> bool:
    """The weeks of an agent from a day on; what was planned from other days on stays. True if something changed.

    Raises Invalid for an agent who is not here.
    """
    ids = {agent.email: agent.id for agent in await list_agents(session)}
    agent_id = ids.get(normal_email(email))
    if agent_id is None:
        raise Invalid(f"There is no agent {email}.")
    plan = Plan(agent_id=agent_id, from_day=from_day, zone=zone, weeks=weeks)
    before = await find_plan(session, agent_id, from_day)
    await plan_rota(session, caller=caller, plan=plan, now=now, new_id=new_id)
    return before != plan
