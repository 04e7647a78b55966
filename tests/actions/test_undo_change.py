"""Undo: what was, with its clock, except what somebody changed since."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.change_stage import create_stage
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.actions.stage_conversation import stage_conversation
from threadline.actions.undo_change import undo_change
from threadline.core.content import Line, decode_content
from threadline.core.conversation import ConversationState as State
from threadline.core.errors import Conflict, Invalid
from threadline.core.permission import Caller, Permission
from threadline.core.stage import StageState
from threadline.core.undo import Standing
from threadline.core.waiting import waited
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.store.stages import Stage

pytestmark = pytest.mark.asyncio


async def test_resolving_undone_brings_the_clock_back(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    before = await desk.conversation(customer)
    await _resolve(desk, customer)
    assert await _undo(desk, customer, _standing(), _standing(State.RESOLVED)) == []
    after = await desk.conversation(customer)
    for column in ("state", "waiting_since", "last_activity_at", "resolved_at", "assignee_id"):
        assert after[column] == before[column], column
    assert [(line.what, line.data.get("reason")) for line in await _lines(desk, customer)] == [
        ("resolved", None),
        ("reopened", "undone"),
    ]


async def test_what_came_meanwhile_stays(desk: Desk) -> None:
    """The customer wrote and so reopened it: undoing the resolving finds it open, and says so."""
    customer = await desk.add_customer("ana")
    await _resolve(desk, customer)
    await _change(desk, customer, state="open")
    assert await _undo(desk, customer, _standing(), _standing(State.RESOLVED)) == ["state"]
    assert (await desk.conversation(customer))["state"] == "open"


async def test_a_snooze_comes_back_with_its_time(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    until = utc_now() + timedelta(hours=3)
    await _snooze(desk, customer, until)
    sleeping = _standing(State.SNOOZED, snoozed_until=until)
    await _resolve(desk, customer)
    await _undo(desk, customer, sleeping, _standing(State.RESOLVED))
    row = await desk.conversation(customer)
    assert (row["state"], row["snoozed_until"], row["resolved_at"]) == ("snoozed", until, None)
    assert row["waiting_since"] is not None
    line = (await _lines(desk, customer))[-1]
    assert (line.what, line.data["until"]) == ("snoozed", until.isoformat())


async def test_a_stage_comes_back_and_its_clock_stands_where_it_stood(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    stage = await _stage(desk, "open", "Courier", pauses_clock=True)
    await _put(desk, customer, stage.id)
    before = await desk.conversation(customer)
    staged = _standing(stage_id=stage.id)
    await _resolve(desk, customer)
    assert await _undo(desk, customer, staged, _standing(State.RESOLVED)) == []
    after = await desk.conversation(customer)
    assert (after["state"], after["stage_id"], after["resolved_at"]) == ("open", stage.id, None)
    assert _shown(after) == _shown(before)
    assert [line.what for line in await _lines(desk, customer)] == ["staged", "resolved", "reopened", "staged"]

    await _put(desk, customer, None)
    assert _shown(await desk.conversation(customer)) < _shown(before) + timedelta(seconds=1), "nor was the time between"


async def test_a_stage_that_somebody_changed_since_stays(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    courier, supplier = [await _stage(desk, "open", name) for name in ("Courier", "Supplier")]
    await _put(desk, customer, courier.id)
    await _put(desk, customer, supplier.id)
    assert await _undo(desk, customer, _standing(), _standing(stage_id=courier.id)) == ["stage"]
    assert (await desk.conversation(customer))["stage_id"] == supplier.id
    assert await _undo(desk, customer, _standing(stage_id=courier.id), _standing(stage_id=supplier.id)) == []
    assert (await desk.conversation(customer))["stage_id"] == courier.id
    assert await _undo(desk, customer, _standing(), _standing(stage_id=courier.id)) == []
    assert (await desk.conversation(customer))["stage_id"] is None
    assert [line.what for line in await _lines(desk, customer)] == ["staged", "staged", "staged", "unstaged"]


async def test_no_stage_is_made_up(desk: Desk) -> None:
    """Of another workspace, never there, or of another state: nothing can have stood in it."""
    customer = await desk.add_customer("ana")
    snoozed = await _stage(desk, "snoozed", "Later")
    await _resolve(desk, customer)
    for stage_id in (new_id(), snoozed.id):
        with pytest.raises(Invalid):
            await _undo(desk, customer, _standing(stage_id=stage_id), _standing(State.RESOLVED))
    assert (await desk.conversation(customer))["state"] == "resolved"


async def test_an_assignment_undone_by_whoever_took_it(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _change(desk, customer, assignee_id=desk.agent_id)
    taken = _standing(assignee_id=desk.agent_id)
    assert await _undo(desk, customer, _standing(), taken) == []
    assert (await desk.conversation(customer))["assignee_id"] is None
    assert await _undo(desk, customer, _standing(), taken) == ["assignee"], "once"


async def test_a_newer_conversation_in_its_place_forbids_it(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _resolve(desk, customer)
    await desk.connection.execute(
        "insert into conversations (workspace_id, id, channel_id, contact_id, last_activity_at)"
        " values ($1, $2, $3, $4, now())",
        desk.workspace_id,
        new_id(),
        desk.channel_id,
        customer.contact_id,
    )
    with pytest.raises(Conflict):
        await _undo(desk, customer, _standing(), _standing(State.RESOLVED))


def _standing(state: State = State.OPEN, **change: Any) -> Standing:
    usual = Standing(state=state, snoozed_until=None, assignee_id=None, team_id=None)
    return msgspec.structs.replace(usual, **change)


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _stage(desk: Desk, state: StageState, name: str, *, pauses_clock: bool = False) -> Stage:
    stage = Stage(id=new_id(), state=state, name=name, pauses_clock=pauses_clock)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_stage(session, caller=_caller(desk), stage=stage, now=utc_now(), new_id=new_id)
    return stage


async def _put(desk: Desk, customer: Customer, stage_id: UUID | None) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await stage_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            stage_id=stage_id,
            now=utc_now(),
            new_id=new_id,
        )


def _shown(row: Any) -> timedelta:
    """How long the customer has waited, as the screen says."""
    return waited(row["waiting_since"], paused_at=row["paused_at"], now=utc_now())


async def _undo(desk: Desk, customer: Customer, before: Standing, after: Standing) -> list[Any]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        undone = await undo_change(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            before=before,
            after=after,
            now=utc_now(),
            new_id=new_id,
        )
    return list(undone.kept)


async def _resolve(desk: Desk, customer: Customer) -> None:
    await _change(desk, customer, state="resolved")


async def _change(desk: Desk, customer: Customer, **change: Any) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            **{"state": None, "assignee_id": "keep", **change},
            now=utc_now(),
            new_id=new_id,
        )


async def _snooze(desk: Desk, customer: Customer, until: datetime) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await snooze_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            until=until,
            now=utc_now(),
            new_id=new_id,
        )


async def _lines(desk: Desk, customer: Customer) -> list[Line]:
    rows = await desk.connection.fetch(
        "select content::text as content from messages where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    found = [decode_content(row["content"]) for row in rows]
    return [line for line in found if isinstance(line, Line)]
