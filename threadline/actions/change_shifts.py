"""Ask for a day off, an extra shift or a swap, decide it, and withdraw it.

What somebody says who plans the rota holds at once. All else is asked: a swap of its receiver, the rest of whoever
plans.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from threadline.core.errors import Conflict, Invalid, NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.rota import (
    ChangeState,
    Rota,
    check_change,
    check_fits,
    check_may_ask,
    check_may_decide,
    check_may_withdraw,
    holds_at_once,
)
from threadline.store import rota
from threadline.store.agents import get_agent
from threadline.store.rota import RotaChange
from threadline.store.session import Session


async def ask_for_change(
    session: Session, *, caller: Caller, change: RotaChange, now: datetime, new_id: NewId
) -> RotaChange:
    """Its state and who decided are found here. Raises Forbidden, NotFound, Invalid, Conflict (it does not fit)."""
    check_may_ask(caller, change.agent_id)
    check_change(change.change)
    await rota.lock_rota(session)
    await _check_people(session, change)
    await _check_is_colleague(session, caller, change)
    check_fits(await _rota(session, change), change.change)
    if holds_at_once(caller):
        change = replace(change, state="accepted", decided_by=caller.actor_id, decided_at=now)
    await rota.save_change(session, change)
    _record(session, caller, change, now, new_id)
    return change


async def decide_change(
    session: Session, *, caller: Caller, change_id: UUID, is_accepted: bool, now: datetime, new_id: NewId
) -> RotaChange:
    """It is asked of the rota anew as it stands by then. Raises NotFound, Forbidden, Conflict."""
    await rota.lock_rota(session)
    before = await _access(session, caller, change_id)
    check_may_decide(caller, receiver_id=before.receiver_id, state=ChangeState(before.state), is_accepted=is_accepted)
    if is_accepted:
        await _check_people(session, before)
        check_fits(await _rota(session, before), before.change)
    state = ChangeState.ACCEPTED if is_accepted else ChangeState.REFUSED
    return await _settle(session, caller, before, state, now, new_id)


async def withdraw_change(
    session: Session, *, caller: Caller, change_id: UUID, now: datetime, new_id: NewId
) -> RotaChange:
    """Raises NotFound, Forbidden, Conflict (it was decided)."""
    await rota.lock_rota(session)
    before = await _access(session, caller, change_id)
    check_may_withdraw(caller, agent_id=before.agent_id, state=ChangeState(before.state))
    return await _settle(session, caller, before, ChangeState.WITHDRAWN, now, new_id)


async def _access(session: Session, caller: Caller, change_id: UUID) -> RotaChange:
    """Nobody learns of what others ask for. Raises NotFound."""
    found = await rota.get_change(session, change_id)
    if not holds_at_once(caller) and caller.agent_id not in (found.agent_id, found.receiver_id):
        raise rota.no_such_change()
    return found


async def _check_people(session: Session, change: RotaChange) -> None:
    """Raises NotFound, Invalid (a receiver who is not here), Conflict: they do not work here any more."""
    people = [await get_agent(session, change.agent_id)]
    if change.receiver_id is not None:
        try:
            people.append(await get_agent(session, change.receiver_id))
        except NotFound as error:
            raise Invalid(error.text, field="receiver_id", reason=error.reason) from None
    if not all(one.is_active for one in people):
        raise Conflict("This person does not work here any more.", reason="person_left")


async def _check_is_colleague(session: Session, caller: Caller, change: RotaChange) -> None:
    """Raises Invalid: one asks those whose shifts one sees. Who plans sees everybody's."""
    if change.receiver_id is None or holds_at_once(caller):
        return
    if change.receiver_id not in await rota.list_colleagues(session, caller):
        raise Invalid("Choose a colleague of your teams.", field="receiver_id", reason="rota_no_colleague")


async def _rota(session: Session, change: RotaChange) -> Rota:
    first = min(change.starts_at, change.return_starts_at or change.starts_at)
    return await rota.load_rota(session, since=first)


async def _settle(
    session: Session, caller: Caller, before: RotaChange, state: ChangeState, now: datetime, new_id: NewId
) -> RotaChange:
    after = replace(before, state=state.value, decided_by=caller.actor_id, decided_at=now)
    await rota.save_change(session, after)
    _record(session, caller, after, now, new_id)
    return after


def _record(session: Session, caller: Caller, change: RotaChange, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ROTA_CHANGED,
            at=now,
            agent_id=change.agent_id,
            actor_id=caller.actor_id,
            data={
                "what": change.kind,
                "change_id": str(change.id),
                "state": change.state,
                "receiver_id": None if change.receiver_id is None else str(change.receiver_id),
            },
        )
    )
