"""Say that an agent is online, busy or offline: they themselves, a supervisor, or the desk for them."""

from datetime import datetime
from uuid import UUID

from threadline.core.availability import Availability, AwayReason, Standing, check_standing
from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.shift import has_ended
from threadline.store.agents import get_agent
from threadline.store.availabilities import find_vanished, list_at_work, lock_standing, save_standing
from threadline.store.session import Session


async def set_availability(
    session: Session,
    *,
    agent_id: UUID,
    standing: Standing,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """Whoever is in this state already stays in it, and nothing is told. `actor_id` None: the desk says so.

    Raises NotFound, Invalid (online with a reason), Conflict (somebody who left is online).
    """
    check_standing(standing)
    agent = await get_agent(session, agent_id)
    if not agent.is_active and standing.state is not Availability.OFFLINE:
        raise Conflict("This person does not work here any more.", reason="person_left")
    before = await lock_standing(session, agent_id)
    if before == standing:
        return
    await save_standing(session, agent_id, standing, now=now)
    assert session.workspace_id is not None  # agents are those of one workspace
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.AVAILABILITY_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=actor_id,
            data={
                "state": standing.state.value,
                "previous_state": before.state.value,
                "reason": standing.reason.value,
            },
        )
    )


async def end_unseen_presence(session: Session, *, now: datetime, new_id: NewId) -> int:
    """Whose desk was open nowhere for long, and whose working hours ended, is offline. Returns how many."""
    vanished = await find_vanished(session)
    ended = [
        one.agent_id
        for one in await list_at_work(session)
        if has_ended(one.shift, one.zone, since=one.since, now=now) and one.agent_id not in vanished
    ]
    reasons = dict.fromkeys(vanished, AwayReason.VANISHED) | dict.fromkeys(ended, AwayReason.OFF_HOURS)
    for agent_id in sorted(reasons):
        standing = Standing(state=Availability.OFFLINE, reason=reasons[agent_id])
        await set_availability(session, agent_id=agent_id, standing=standing, actor_id=None, now=now, new_id=new_id)
    return len(reasons)
