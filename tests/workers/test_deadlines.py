"""Deadlines on the database: counted from what happens, acted upon once, and stopped by an answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.act_on_deadlines import act_on_deadlines
from threadline.actions.furnish_workspace import furnish_workspace
from threadline.actions.keep_deadlines import BATCH, count_clocks
from threadline.core.filter import Condition, Group, Operator
from threadline.core.sla import Policy, Target
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.store.sla_policies import ask_for_recount, find_recount, save_policy
from threadline.workers.deadline_timers import DeadlineRecounts, DeadlineTimers

pytestmark = pytest.mark.asyncio

FOUR = Target(minutes=4, warns="share", warns_at=25)


@pytest_asyncio.fixture(autouse=True)
async def promised(desk: Desk) -> AsyncIterator[UUID]:
    policy = Policy(id=new_id(), name="Everybody", first_reply=FOUR, next_reply=Target(minutes=9))
    await _save(desk, policy)
    yield policy.id


async def test_a_first_and_a_next_reply_have_their_own_targets(desk: Desk) -> None:
    new, known = await desk.add_customer("new"), await desk.add_customer("known")
    await _answer(desk, known)
    await desk.receive(known)
    await _count(desk, new, known)
    assert await _minutes(desk, new) == 4
    assert await _minutes(desk, known) == 9
    assert [(await _clock(desk, one))["is_first"] for one in (new, known)] == [True, False]


async def test_the_first_policy_that_matches_is_asked_of_the_facts(desk: Desk, promised: UUID) -> None:
    urgent = Group(of=(Condition(field="priority", operator=Operator.ANY_OF, values=("3",)),))
    policy = Policy(id=new_id(), name="Urgent", filter=urgent, first_reply=Target(minutes=2))
    await _save(desk, policy)
    await desk.connection.execute("update sla_policies set position = -1 where id = $1", policy.id)
    usual, pressing = await desk.add_customer("usual"), await desk.add_customer("pressing")
    await desk.connection.execute("update conversations set priority = 3 where id = $1", pressing.conversation_id)
    await _count(desk, usual, pressing)
    assert (await _clock(desk, usual))["policy_id"] == promised
    assert await _minutes(desk, pressing) == 2


async def test_counted_again_nothing_changes_and_nothing_is_told(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _count(desk, customer)
    before = await _clock(desk, customer)
    await _count(desk, customer)
    assert await _clock(desk, customer) == before
    assert len(await desk.events("deadlines_changed")) == 1


async def test_what_is_due_next_is_the_promise_until_the_window_ends_before_it(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _count(desk, customer)
    row = await desk.conversation(customer)
    assert row["due_at"] == row["waiting_since"] + timedelta(minutes=4)
    closes_at = row["waiting_since"] + timedelta(minutes=3)
    await desk.connection.execute(
        "update conversations set window_closes_at = $2 where id = $1", customer.conversation_id, closes_at
    )
    await _count(desk, customer)
    assert (await desk.conversation(customer))["due_at"] == closes_at


async def test_a_warning_and_then_a_mark_each_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _ago(desk, customer, minutes=2)
    await _count(desk, customer)
    for _ in range(3):
        await _timers(desk).step()
    assert await _told(desk) == Counter({"warning first_reply": 1})
    assert await _lines(desk, customer) == []
    await _ago(desk, customer, minutes=3)
    await _count(desk, customer)
    for _ in range(3):
        await _timers(desk).step()
    assert await _told(desk) == Counter({"warning first_reply": 1, "missed first_reply": 1})
    assert await _lines(desk, customer) == ["first_reply Everybody"]
    assert (await desk.conversation(customer))["last_seq"] == 2


async def test_two_workers_and_one_that_is_killed_mark_each_once(desk: Desk) -> None:
    """More than a batch holds, both look at once, and one dies in the middle of its transaction: as if the lease had
    just moved."""
    customers = await desk.add_customers(700)
    await desk.connection.execute(
        "update conversations set waiting_since = waiting_since - interval '1 hour' where workspace_id = $1",
        desk.workspace_id,
    )
    await _count(desk, *customers)

    async def dies() -> None:
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            assert await act_on_deadlines(session, now=utc_now(), new_id=new_id) > 0
            raise ConnectionError("killed before the commit")

    with pytest.raises(ConnectionError):
        await dies()
    assert await _told(desk) == Counter()
    stop = asyncio.Event()
    workers = [asyncio.create_task(_timers(desk).run(stop)) for _ in range(2)]
    async with asyncio.timeout(60):
        while (await _told(desk))["missed first_reply"] < len(customers):
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*workers)
    await _timers(desk).step()
    assert await _told(desk) == Counter({"missed first_reply": len(customers)})
    lines = await desk.connection.fetch(
        "select conversation_id from messages where workspace_id = $1 and direction = 'line'", desk.workspace_id
    )
    assert Counter(row["conversation_id"] for row in lines) == Counter(
        {customer.conversation_id: 1 for customer in customers}
    )


async def test_an_answer_cancels_what_was_not_said_yet(desk: Desk) -> None:
    """Also one that the consumer of the feed has not heard of."""
    customer = await desk.add_customer("ana")
    await _ago(desk, customer, minutes=2)
    await _count(desk, customer)
    await _answer(desk, customer)
    await _timers(desk).step()
    assert await _told(desk) == Counter()
    await _count(desk, customer)
    row = await desk.conversation(customer)
    assert (row["due_at"], (await _clock(desk, customer))["act_at"]) == (None, None)


async def test_while_somebody_holds_the_conversation_nobody_waits_for_it(desk: Desk) -> None:
    held, free = await desk.add_customer("held"), await desk.add_customer("free")
    for one in (held, free):
        await _ago(desk, one, minutes=9)
    await _count(desk, held, free)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await (await session.raw()).execute(
            "select from conversations where id = $1 for no key update", held.conversation_id
        )
        await asyncio.wait_for(_timers(desk).step(), 10)
        assert await _told(desk) == Counter({"missed first_reply": 1})
    await _timers(desk).step()
    assert await _told(desk) == Counter({"missed first_reply": 2})


async def test_a_window_reminds_once_and_presses_no_more_when_it_has_closed(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute("delete from sla_policies where workspace_id = $1", desk.workspace_id)
    await _closes(desk, customer, minutes=30)
    await _count(desk, customer)
    for _ in range(2):
        await _timers(desk).step()
    assert await _told(desk) == Counter({"warning window": 1})
    await desk.connection.execute(
        "update deadlines set due_at = now() - interval '1 second', act_at = now() - interval '1 second'"
        " where conversation_id = $1 and clock = 'window'",
        customer.conversation_id,
    )
    await _closes(desk, customer, minutes=-1)
    await _timers(desk).step()
    row = await desk.conversation(customer)
    assert row["due_at"] == row["waiting_since"] + timedelta(days=1)
    assert await _told(desk) == Counter({"warning window": 1})
    assert await _lines(desk, customer) == []


async def test_a_recount_goes_on_in_parts_and_marks_nothing_after_the_fact(desk: Desk) -> None:
    customers = await desk.add_customers(BATCH + 5)
    for customer in customers[:3]:
        await _ago(desk, customer, minutes=60)
    await ask_for_recount(desk.connection, desk.workspace_id)  # pyright: ignore[reportArgumentType]
    recounts = DeadlineRecounts(desk.database, utc_now, new_id)
    assert await recounts.step() is True
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        recount = await find_recount(session)
    assert recount is not None
    assert (recount.done, recount.total) == (BATCH, BATCH + 5)
    while await recounts.step():
        pass
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        assert await find_recount(session) is None
    await _timers(desk).step()
    assert await _told(desk) == Counter()
    late = await desk.connection.fetchval(
        "select count(*) from deadlines where workspace_id = $1 and missed_at is not null", desk.workspace_id
    )
    assert late == 3


async def test_who_waited_before_a_workspace_was_furnished_is_promised_the_same(desk: Desk) -> None:
    await desk.connection.execute("delete from sla_policies where workspace_id = $1", desk.workspace_id)
    customer = await desk.add_customer("early")
    await _count(desk, customer)
    kept = "select count(*) from deadlines where conversation_id = $1 and clock = 'reply'"
    assert await desk.connection.fetchval(kept, customer.conversation_id) == 0
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await furnish_workspace(session, locale="en", new_id=new_id)
    while await DeadlineRecounts(desk.database, utc_now, new_id).step():
        pass
    assert await _minutes(desk, customer) == 4


async def test_paused_by_a_stage_a_promise_stands_still_and_goes_on_with_what_was_left(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _count(desk, customer)
    await desk.connection.execute(
        "update conversations set paused_at = waiting_since + interval '1 minute' where id = $1",
        customer.conversation_id,
    )
    await _count(desk, customer)
    assert (await _clock(desk, customer))["due_at"] is None
    assert (await desk.conversation(customer))["due_at"] is None
    await desk.connection.execute(
        "update conversations set paused_at = null, waiting_since = waiting_since + interval '30 minutes'"
        " where id = $1",
        customer.conversation_id,
    )
    await _count(desk, customer)
    assert await _minutes(desk, customer) == 4


# Doing and looking


def _timers(desk: Desk) -> DeadlineTimers:
    return DeadlineTimers(desk.database, utc_now, new_id, poll_s=0.02)


async def _save(desk: Desk, policy: Policy) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await save_policy(session, policy)


async def _count(desk: Desk, *customers: Customer) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        ids = [customer.conversation_id for customer in customers]
        await count_clocks(session, ids, is_recount=False, now=utc_now(), new_id=new_id)


async def _ago(desk: Desk, customer: Customer, *, minutes: int) -> None:
    """As if they had written so much earlier than it stands: the same wait."""
    await desk.connection.execute(
        "update conversations set waiting_since = waiting_since - $2::interval where id = $1",
        customer.conversation_id,
        timedelta(minutes=minutes),
    )
    await desk.connection.execute(
        "update deadlines set began_at = began_at - $2::interval where conversation_id = $1 and clock <> 'window'",
        customer.conversation_id,
        timedelta(minutes=minutes),
    )


async def _closes(desk: Desk, customer: Customer, *, minutes: int) -> None:
    await desk.connection.execute(
        "update conversations set window_closes_at = now() + $2::interval where id = $1",
        customer.conversation_id,
        timedelta(minutes=minutes),
    )


async def _answer(desk: Desk, customer: Customer) -> None:
    """An answer that the provider accepted: as the thread and the clock show it."""
    sent = await desk.send(customer, "hello")
    await desk.connection.execute("update messages set status = 2 where id = $1", sent.id)
    await desk.connection.execute(
        "update conversations set waiting_since = null where id = $1", customer.conversation_id
    )


async def _clock(desk: Desk, customer: Customer) -> Any:
    row = await desk.connection.fetchrow(
        "select * from deadlines where conversation_id = $1 and clock = 'reply'", customer.conversation_id
    )
    assert row is not None
    return row


async def _minutes(desk: Desk, customer: Customer) -> float:
    due_at: datetime = (await _clock(desk, customer))["due_at"]
    return (due_at - (await desk.conversation(customer))["waiting_since"]) / timedelta(minutes=1)


async def _told(desk: Desk) -> Counter[str]:
    return Counter(f"{event['what']} {event['clock']}" for event in await desk.events("deadline_reached"))


async def _lines(desk: Desk, customer: Customer) -> list[str]:
    rows = await desk.connection.fetch(
        "select content -> 'data' ->> 'clock' as clock, content -> 'data' ->> 'policy' as policy from messages"
        " where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    return [f"{row['clock']} {row['policy']}" for row in rows]
