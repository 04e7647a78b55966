"""Names of one's own under the states, and what is wanted before a conversation is resolved."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.receiving_desk import open_receiving_desk
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.change_stage import create_stage, delete_stage
from threadline.actions.stage_conversation import stage_conversation
from threadline.core.content import Line, decode_content
from threadline.core.errors import Conflict, NotFound
from threadline.core.permission import Caller, Permission
from threadline.core.stage import StageState
from threadline.core.waiting import waited
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import (
    Conversation,
    ListOrder,
    ListView,
    access_conversation,
    claim_most_urgent,
    list_conversations,
)
from threadline.store.ranked_conversations import list_by_triage, where_view
from threadline.store.session import Role
from threadline.store.stages import Stage
from threadline.store.views import ViewCounts, count_views

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("state", ["open", "pending", "snoozed", "resolved"])
async def test_a_stage_brings_its_state(desk: Desk, state: StageState) -> None:
    customer = await desk.add_customer("ana")
    stage = await _stage(desk, state, f"Mine {state}")
    await _put(desk, customer, stage.id)
    row = await _read(desk, customer)
    assert row.stage is not None
    assert (row.state, row.stage.name) == (state, stage.name)
    line = (await _lines(desk, customer))[-1]
    assert (line.what, line.data["stage"]) == ("staged", stage.name)


async def test_another_state_leaves_it(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    stage = await _stage(desk, "open", "Courier")
    await _put(desk, customer, stage.id)
    await _resolve(desk, customer)
    assert (await _read(desk, customer)).stage is None


async def test_taken_out_it_keeps_its_state(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    stage = await _stage(desk, "pending", "Courier")
    await _put(desk, customer, stage.id)
    await _put(desk, customer, None)
    row = await _read(desk, customer)
    assert (row.state, row.stage) == ("pending", None)
    assert [line.what for line in await _lines(desk, customer)][-1] == "unstaged"


async def test_while_its_clock_stands_still_nobody_waits_in_the_queue(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    since = (await _read(desk, customer)).waiting_since
    stage = await _stage(desk, "open", "Courier", pauses_clock=True)
    await _put(desk, customer, stage.id)
    assert await _waiting(desk) == []
    row = await _read(desk, customer)
    assert row.paused_at is not None
    assert row.waiting_since == since, "who waits is not forgotten"
    await _put(desk, customer, None)
    assert await _waiting(desk) == [customer.conversation_id]


async def test_what_was_paused_is_not_waited(desk: Desk) -> None:
    """Four minutes, half an hour with the courier, and four minutes still: in every order the queue has."""
    paused, fresh = await desk.add_customer("ana"), await desk.add_customer("bo")
    start = utc_now().replace(microsecond=0) - timedelta(minutes=34)
    await _waits_since(desk, paused, start)
    await _waits_since(desk, fresh, start + timedelta(minutes=20))
    stage = await _stage(desk, "open", "Courier", pauses_clock=True)
    await _put(desk, paused, stage.id, now=start + timedelta(minutes=4))
    row = await _read(desk, paused)
    assert row.waiting_since is not None
    shown = waited(row.waiting_since, paused_at=row.paused_at, now=utc_now())
    assert shown == timedelta(minutes=4)
    for order in (ListOrder.WAITING, ListOrder.TRIAGE):
        assert await _waiting(desk, order) == [fresh.conversation_id]
    assert (await _counts(desk)).views["open"].waiting == 1
    assert (await _counts(desk)).longest_waiting_since == start + timedelta(minutes=20)

    await _put(desk, paused, None, now=start + timedelta(minutes=34))
    assert (await _read(desk, paused)).waiting_since == start + timedelta(minutes=30)
    await desk.connection.execute("update conversations set window_closes_at = null")
    for order in (ListOrder.WAITING, ListOrder.TRIAGE):
        assert await _waiting(desk, order) == [fresh.conversation_id, paused.conversation_id]
    assert (await _counts(desk)).longest_waiting_since == start + timedelta(minutes=20)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        first = await claim_most_urgent(session, _caller(desk), now=utc_now())
    assert first == fresh.conversation_id


async def test_from_stage_to_stage_and_out_by_another_state(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    start = utc_now().replace(microsecond=0) - timedelta(hours=2)
    await _waits_since(desk, customer, start)
    courier, supplier = [await _stage(desk, "open", name, pauses_clock=True) for name in ("Courier", "Supplier")]
    await _put(desk, customer, courier.id, now=start + timedelta(minutes=10))
    await _put(desk, customer, supplier.id, now=start + timedelta(minutes=30))
    sleeping = await _stage(desk, "snoozed", "Later")
    await _put(desk, customer, sleeping.id, now=start + timedelta(minutes=50))
    row = await _read(desk, customer)
    assert (row.waiting_since, row.paused_at) == (start + timedelta(minutes=40), None)


async def test_the_customers_next_message_sets_it_going(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        began = (await desk.of("conversations"))[0]["waiting_since"]
        stage_id = desk.new_id()
        await desk.connection.execute(
            "insert into stages (workspace_id, id, state, name, name_key, pauses_clock)"
            " values ($1, $2, 'open', 'Courier', 'courier', true)",
            desk.workspace_id,
            stage_id,
        )
        await desk.connection.execute(
            "update conversations set stage_id = $2, paused_at = $3 where workspace_id = $1",
            desk.workspace_id,
            stage_id,
            desk.advance(minutes=4),
        )
        desk.advance(minutes=30)
        await desk.receive(desk.message(1, "m2", "Where is it?"))
        (row,) = await desk.of("conversations")
        assert (row["stage_id"], row["paused_at"], row["state"]) == (None, None, "open")
        assert row["waiting_since"] == began + timedelta(minutes=30), "the half hour was not waited"
        lines = [one["content"] for one in await desk.of("messages", order="seq") if one["direction"] == "line"]
        assert ['"unstaged"' in line and '"Courier"' in line for line in lines] == [True]


async def test_a_stage_without_a_pause_outlasts_a_message(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        stage_id = desk.new_id()
        await desk.connection.execute(
            "insert into stages (workspace_id, id, state, name, name_key) values ($1, $2, 'open', 'VIP', 'vip')",
            desk.workspace_id,
            stage_id,
        )
        await desk.connection.execute(
            "update conversations set stage_id = $2 where workspace_id = $1", desk.workspace_id, stage_id
        )
        await desk.receive(desk.message(1, "m2"))
        assert (await desk.of("conversations"))[0]["stage_id"] == stage_id


async def test_a_name_is_taken_once_and_free_again(desk: Desk) -> None:
    stage = await _stage(desk, "open", "Courier")
    with pytest.raises(Conflict):
        await _stage(desk, "pending", "COURIER")
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_stage(session, caller=_caller(desk), stage_id=stage.id, now=utc_now(), new_id=new_id)
    await _stage(desk, "pending", "Courier")


async def test_a_deleted_stage_takes_nothing_and_keeps_its_name_where_it_is(desk: Desk) -> None:
    inside, outside = await desk.add_customer("ana"), await desk.add_customer("bo")
    stage = await _stage(desk, "open", "Courier")
    await _put(desk, inside, stage.id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_stage(session, caller=_caller(desk), stage_id=stage.id, now=utc_now(), new_id=new_id)
    with pytest.raises(NotFound):
        await _put(desk, outside, stage.id)
    kept = (await _read(desk, inside)).stage
    assert kept is not None
    assert kept.name == "Courier"


@pytest.mark.parametrize("wants", ["workspace", "team"])
async def test_without_the_label_that_is_wanted_nothing_is_resolved(desk: Desk, wants: str) -> None:
    customer = await desk.add_customer("ana")
    team_id, label_id = new_id(), new_id()
    execute = desk.connection.execute
    await execute(
        "insert into teams (workspace_id, id, name, name_key, colour, needs_label)"
        " values ($1, $2, 'Support', 'support', 'blue', $3)",
        desk.workspace_id,
        team_id,
        wants == "team",
    )
    await execute("update conversations set team_id = $2 where id = $1", customer.conversation_id, team_id)
    if wants == "workspace":
        await execute(
            "update workspaces set settings = '{\"resolving_needs_label\": true}' where id = $1", desk.workspace_id
        )
    with pytest.raises(Conflict) as refused:
        await _resolve(desk, customer)
    assert refused.value.reason == "label_needed"
    assert (await _read(desk, customer)).state == "open"
    await execute(
        "insert into labels (workspace_id, id, kind, name, name_key, colour)"
        " values ($1, $2, 'conversation', 'Refund', 'refund', 'red')",
        desk.workspace_id,
        label_id,
    )
    await execute(
        "insert into conversation_labels (workspace_id, conversation_id, label_id) values ($1, $2, $3)",
        desk.workspace_id,
        customer.conversation_id,
        label_id,
    )
    await _resolve(desk, customer)
    assert (await _read(desk, customer)).state == "resolved"


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _stage(desk: Desk, state: StageState, name: str, *, pauses_clock: bool = False) -> Stage:
    stage = Stage(id=new_id(), state=state, name=name, pauses_clock=pauses_clock)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_stage(session, caller=_caller(desk), stage=stage, now=utc_now(), new_id=new_id)
    return stage


async def _waits_since(desk: Desk, customer: Customer, since: datetime) -> None:
    await desk.connection.execute(
        "update conversations set waiting_since = $2 where id = $1", customer.conversation_id, since
    )


async def _counts(desk: Desk) -> ViewCounts:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await count_views(session, _caller(desk))


async def _put(desk: Desk, customer: Customer, stage_id: UUID | None, *, now: datetime | None = None) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await stage_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            stage_id=stage_id,
            now=now or utc_now(),
            new_id=new_id,
        )


async def _resolve(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            state="resolved",
            assignee_id="keep",
            now=utc_now(),
            new_id=new_id,
        )


async def _read(desk: Desk, customer: Customer) -> Conversation:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await access_conversation(session, _caller(desk), customer.conversation_id)


async def _waiting(desk: Desk, order: ListOrder = ListOrder.WAITING) -> list[Any]:
    """Who stands in the queue; its figure must say so too."""
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        caller = _caller(desk)
        if order is ListOrder.TRIAGE:
            where = where_view(caller, ListView.OPEN, None)
            rows, _ = await list_by_triage(session, caller, where=where, now=utc_now(), after=None, limit=10)
        else:
            rows, _ = await list_conversations(
                session, caller, view=ListView.WAITING, order=order, channel_id=None, after=None, limit=10
            )
        counts = await count_views(session, _caller(desk))
    assert counts.views["waiting"].total == len(rows)
    return [row.id for row in rows]


async def _lines(desk: Desk, customer: Customer) -> list[Line]:
    rows = await desk.connection.fetch(
        "select content::text as content from messages where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    found = [decode_content(row["content"]) for row in rows]
    return [line for line in found if isinstance(line, Line)]
