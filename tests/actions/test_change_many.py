"""Changes of many conversations: done in parts, refused one by one, taken back except what somebody changed since."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.change_many import ChangeMany, do_next_part, order_change, order_undo
from threadline.actions.change_stage import create_stage
from threadline.channels.registry import channel_type
from threadline.core.acts import AssignAct, LabelsAct, SnoozeAct, StageAct, StateAct
from threadline.core.bulk import BATCH, BulkOrder
from threadline.core.errors import Conflict, Invalid, NotFound
from threadline.core.permission import Caller, Permission, Visibility
from threadline.core.waiting import waited
from threadline.infra.clock import new_id, utc_now
from threadline.store.bulk_changes import BulkChange, access_bulk, find_matching_ids
from threadline.store.conversations import ListView
from threadline.store.ranked_conversations import where_view
from threadline.store.session import Role
from threadline.store.stages import Stage

pytestmark = pytest.mark.asyncio


def _caller(desk: Desk, visibility: Visibility | None = None) -> Caller:
    return Caller(
        workspace_id=desk.workspace_id,
        permissions=frozenset(Permission),
        visibility=visibility or Visibility(),
        agent_id=desk.agent_id,
    )


async def _order(desk: Desk, order: BulkOrder, ids: Sequence[UUID]) -> UUID:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await order_change(
            session,
            caller=_caller(desk),
            agent_id=desk.agent_id,
            order=order,
            ids=ids,
            is_cut=False,
            new_id=new_id,
        )


async def _work(desk: Desk, bulk_id: UUID) -> int:
    """As the job does it. Returns how many transactions it took."""
    parts = 0
    has_more = True
    while has_more:
        parts += 1
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            job = ChangeMany(workspace_id=desk.workspace_id, bulk_id=bulk_id)
            has_more = await do_next_part(session, job, now=utc_now(), new_id=new_id, find_type=channel_type)
    return parts


async def _look(desk: Desk, bulk_id: UUID) -> BulkChange:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await access_bulk(session, _caller(desk), bulk_id)


async def _undo(desk: Desk, bulk_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await order_undo(session, caller=_caller(desk), bulk_id=bulk_id)


async def _states(desk: Desk, customers: Sequence[Customer]) -> list[tuple[str, bool]]:
    rows = [await desk.conversation(one) for one in customers]
    return [(row["state"], row["waiting_since"] is not None) for row in rows]


async def test_many_are_changed_in_parts_and_taken_back_with_their_clocks(desk: Desk) -> None:
    customers = await desk.add_customers(BATCH + 3)
    before = [await desk.conversation(one) for one in customers]
    ids = [one.conversation_id for one in customers]
    bulk_id = await _order(desk, StateAct(state="resolved"), [*ids, ids[0]])
    assert (await _look(desk, bulk_id)).total == len(ids), "named twice is meant once"
    assert await _work(desk, bulk_id) == 2
    done = await _look(desk, bulk_id)
    assert (done.done, done.changed, done.finished_at is None) == (len(ids), len(ids), False)
    assert set(await _states(desk, customers)) == {("resolved", False)}
    assert len(await desk.events("conversation_changed")) == len(ids)

    await _undo(desk, bulk_id)
    assert (await _look(desk, bulk_id)).finished_at is None
    await _work(desk, bulk_id)
    after = [await desk.conversation(one) for one in customers]
    assert [(row["state"], row["waiting_since"]) for row in after] == [
        (row["state"], row["waiting_since"]) for row in before
    ]
    with pytest.raises(Conflict):
        await _undo(desk, bulk_id)


async def test_stages_come_back_and_their_clocks_stand_where_they_stood(desk: Desk) -> None:
    customers = await desk.add_customers(3)
    stage = Stage(id=new_id(), state="open", name="Courier", pauses_clock=True)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_stage(session, caller=_caller(desk), stage=stage, now=utc_now(), new_id=new_id)
    await _work(desk, await _order(desk, StageAct(stage_id=stage.id), [one.conversation_id for one in customers[:2]]))
    before = [await desk.conversation(one) for one in customers]
    bulk_id = await _order(desk, StateAct(state="resolved"), [one.conversation_id for one in customers])
    await _work(desk, bulk_id)
    assert {(row["stage_id"], row["paused_at"]) for row in [await desk.conversation(one) for one in customers]} == {
        (None, None)
    }
    await _undo(desk, bulk_id)
    await _work(desk, bulk_id)
    after = [await desk.conversation(one) for one in customers]
    assert [(row["state"], row["stage_id"]) for row in after] == [(row["state"], row["stage_id"]) for row in before]
    assert [_shown(row) for row in after[:2]] == [_shown(row) for row in before[:2]]
    assert (after[2]["waiting_since"], after[2]["paused_at"]) == (before[2]["waiting_since"], None)


def _shown(row: Any) -> timedelta:
    return waited(row["waiting_since"], paused_at=row["paused_at"], now=utc_now())


async def test_what_somebody_changed_since_is_left_as_it_is(desk: Desk) -> None:
    customers = await desk.add_customers(3)
    bulk_id = await _order(desk, StateAct(state="resolved"), [one.conversation_id for one in customers])
    with pytest.raises(Conflict):
        await _undo(desk, bulk_id)
    await _work(desk, bulk_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customers[1].conversation_id,
            state="open",
            assignee_id=desk.agent_id,
            now=utc_now(),
            new_id=new_id,
        )
    await _undo(desk, bulk_id)
    await _work(desk, bulk_id)
    undone = await _look(desk, bulk_id)
    assert (undone.total, undone.changed, undone.is_undo) == (3, 2, True)
    assert (await desk.conversation(customers[1]))["assignee_id"] == desk.agent_id


async def test_what_is_refused_or_so_already_leaves_the_others_alone(desk: Desk) -> None:
    snoozable, resolved = await desk.add_customers(2)
    first = await _order(desk, StateAct(state="resolved"), [resolved.conversation_id])
    await _work(desk, first)
    ids = [snoozable.conversation_id, resolved.conversation_id, new_id()]
    bulk_id = await _order(desk, SnoozeAct(until=None), ids)
    await _work(desk, bulk_id)
    done = await _look(desk, bulk_id)
    assert (done.total, done.done, done.changed) == (3, 3, 1)
    assert [state for state, _ in await _states(desk, [snoozable, resolved])] == ["snoozed", "resolved"]
    again = await _order(desk, SnoozeAct(until=None), ids[:1])
    await _work(desk, again)
    assert (await _look(desk, again)).changed == 0


async def test_it_is_done_with_the_rights_of_that_moment(desk: Desk) -> None:
    """The desk's agent may take what nobody has, and give nothing to a stranger; signed off, nothing at all."""
    customers = await desk.add_customers(2)
    ids = [one.conversation_id for one in customers]
    taken = await _order(desk, AssignAct(assignee_id=desk.agent_id), ids)
    await _work(desk, taken)
    assert (await _look(desk, taken)).changed == 2
    given = await _order(desk, AssignAct(assignee_id=new_id()), ids)
    await _work(desk, given)
    assert (await _look(desk, given)).changed == 0
    late = await _order(desk, StateAct(state="resolved"), ids)
    await desk.connection.execute("update agents set deactivated_at = now() where id = $1", desk.agent_id)
    await _work(desk, late)
    assert (await _look(desk, late)).changed == 0
    await desk.connection.execute("update agents set deactivated_at = null where id = $1", desk.agent_id)


async def test_an_order_for_nothing_and_a_colleague_s_order_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await _order(desk, LabelsAct(add=[new_id()]), [])
    (customer,) = await desk.add_customers(1)
    bulk_id = await _order(desk, LabelsAct(add=[new_id()]), [customer.conversation_id])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        with pytest.raises(NotFound):
            stranger = Caller(workspace_id=desk.workspace_id, permissions=frozenset(Permission), agent_id=new_id())
            await access_bulk(session, stranger, bulk_id)
    await _work(desk, bulk_id)
    assert (await _look(desk, bulk_id)).changed == 0, "a label that is none is refused"


async def test_everything_that_matches_is_what_one_may_see(desk: Desk) -> None:
    own, other = await desk.add_customers(2)
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", own.conversation_id, desk.agent_id
    )
    limited = _caller(desk, Visibility(only_assigned_to=desk.agent_id))
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        found = [
            await find_matching_ids(
                session, caller, where=where_view(caller, ListView.OPEN, None), needs_contact=False, limit=limit
            )
            for caller, limit in ((_caller(desk), 10), (limited, 10), (_caller(desk), 1))
        ]
    assert found == [[other.conversation_id, own.conversation_id], [own.conversation_id], [other.conversation_id]]
