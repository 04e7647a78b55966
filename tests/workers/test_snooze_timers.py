"""Alarms of snoozed conversations: each once, whoever looks and whoever wakes at the same moment (R10)."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.snooze_conversation import snooze_conversation, wake_conversation
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.workers.snooze_timers import SnoozeTimers

pytestmark = pytest.mark.asyncio

_MANY = 250


async def test_two_workers_wake_each_conversation_once(desk: Desk) -> None:
    """More than a batch holds, and both look at once: as if the lease had just moved."""
    customers = await desk.add_customers(_MANY)
    await _put_off(desk, "1 second")
    stop = asyncio.Event()
    workers = [asyncio.create_task(_timers(desk).run(stop)) for _ in range(2)]
    await _until_awake(desk, customers)
    stop.set()
    await asyncio.gather(*workers)
    assert await _woken(desk) == Counter({customer.conversation_id: 1 for customer in customers})
    assert len(await desk.events("conversation_changed")) == _MANY


async def test_what_is_not_due_sleeps_on(desk: Desk) -> None:
    await desk.add_customers(2)
    await _put_off(desk, "-1 hour")
    await desk.connection.execute(
        "update conversations set snoozed_until = null where id = (select min(id::text)::uuid from conversations"
        " where workspace_id = $1)",
        desk.workspace_id,
    )
    await _timers(desk).step()
    assert await _woken(desk) == Counter()


async def test_an_alarm_and_a_hand_at_the_same_moment_wake_it_once(desk: Desk) -> None:
    customers = await desk.add_customers(20)
    await _put_off(desk, "1 second")
    await asyncio.gather(
        _timers(desk).step(),
        *(_by_hand(desk, customer) for customer in customers),
        _timers(desk).step(),
    )
    await _timers(desk).step()
    assert await _woken(desk) == Counter({customer.conversation_id: 1 for customer in customers})


async def test_put_off_again_at_the_last_moment_it_sleeps_on(desk: Desk) -> None:
    """Who holds the conversation decides: the alarm passes over it, and finds another time when it looks again."""
    customer = await desk.add_customer("ana")
    await _put_off(desk, "1 second")
    later = utc_now() + timedelta(hours=1)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await snooze_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            until=later,
            now=utc_now(),
            new_id=new_id,
        )
        await asyncio.wait_for(_timers(desk).step(), 5)
    await _timers(desk).step()
    assert await _woken(desk) == Counter()
    row = await desk.conversation(customer)
    assert (row["state"], row["snoozed_until"]) == ("snoozed", later)


def _timers(desk: Desk) -> SnoozeTimers:
    return SnoozeTimers(desk.database, utc_now, new_id, poll_s=0.02)


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _put_off(desk: Desk, ago: str) -> None:
    await desk.connection.execute(
        f"update conversations set state = 'snoozed', snoozed_until = now() - interval '{ago}' where workspace_id = $1",
        desk.workspace_id,
    )


async def _by_hand(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await wake_conversation(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now(), new_id=new_id
        )


async def _until_awake(desk: Desk, customers: list[Customer]) -> None:
    async with asyncio.timeout(20):
        while sum((await _woken(desk)).values()) < len(customers):
            await asyncio.sleep(0.05)


async def _woken(desk: Desk) -> Counter[object]:
    """How often each conversation was told to have woken."""
    rows = await desk.connection.fetch(
        "select conversation_id from messages where workspace_id = $1 and direction = 'line'"
        " and content ->> 'what' = 'woken'",
        desk.workspace_id,
    )
    return Counter(row["conversation_id"] for row in rows)
