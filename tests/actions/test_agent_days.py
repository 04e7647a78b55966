"""What an agent's day comes to is counted once, warns once, and leaves nobody waiting."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.actions.routing_world import (
    add_agent,
    add_team,
    add_waiting,
    assignee_of,
    caller_of,
    make_pass,
    read_all,
    told_to,
)
from tests.workers.outbox_world import Desk
from threadline.actions.count_agent_days import count_agent_days
from threadline.core.day import Today, today_in
from threadline.core.events import EventKind
from threadline.core.message import AuthorKind
from threadline.core.routing import RoutingSettings
from threadline.infra.clock import new_id, utc_now
from threadline.store.agent_days import Counted, add_to_days, claim_full_days
from threadline.store.routing import AgentLoad, list_agent_loads
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_customers_and_messages_of_a_day_are_counted_once_however_often_they_are_read(desk: Desk) -> None:
    first, second = await desk.add_customers(2)
    for customer, text in ((first, "a"), (first, "b"), (second, "c")):
        await desk.send(customer, text)
    await desk.send(second, "by itself", author=AuthorKind.SYSTEM)
    for _ in range(2):
        await _follow(desk)
        assert await _day(desk) == (2, 3)
    await desk.send(first, "d")
    await _follow(desk)
    assert await _day(desk) == (2, 4)


async def test_a_full_day_is_told_once_to_its_agent_and_to_those_who_watch(desk: Desk) -> None:
    chief = await add_agent(desk, "supervisor")
    await _set_limit(desk, desk.agent_id, customers=2, messages=None)
    customers = await desk.add_customers(4)
    await desk.send(customers[0], "Hello")
    await _follow(desk)
    assert await _told(desk) == []
    for customer in customers[1:]:
        await desk.send(customer, "Hello")
        await _follow(desk)
    expected = [(desk.agent_id, customers[1].conversation_id), (chief, customers[1].conversation_id)]
    assert sorted(await _told(desk)) == sorted(expected)
    assert len(await desk.events("day_full")) == 1


@pytest.mark.parametrize(
    ("customers", "messages", "is_full"),
    [(None, 2, True), (None, 3, False), (1, 0, True), (0, 0, False), (None, None, False), (2, None, False)],
)
async def test_one_of_the_two_is_enough_and_nought_is_never(
    desk: Desk, customers: int | None, messages: int | None, is_full: bool
) -> None:
    await _set_limit(desk, desk.agent_id, customers=customers, messages=messages)
    customer = await desk.add_customer("Ana")
    for text in ("a", "b"):
        await desk.send(customer, text)
    await _follow(desk)
    assert bool(await desk.events("day_full")) is is_full
    assert (await _loads(desk))[desk.agent_id].is_day_full is is_full


async def test_whose_day_is_full_is_given_somebody_only_where_nobody_else_is_free(desk: Desk) -> None:
    bo = await add_agent(desk)
    team_id = await add_team(desk, desk.agent_id, bo)
    await _set_limit(desk, desk.agent_id, customers=None, messages=1)
    await desk.send(await desk.add_customer("Old", is_waiting=False), "Hello")
    await _follow(desk)
    waiting = await add_waiting(desk, team_id, 6)
    await make_pass(desk)
    assert [await assignee_of(desk, one) for one in waiting] == [bo] * 5 + [desk.agent_id]


async def test_the_day_is_that_of_the_business_hours_zone(desk: Desk) -> None:
    """A message of a moment ago is of the date that the clocks show there, and is forgotten at their midnight."""
    await desk.connection.execute(
        "insert into calendars (workspace_id, id, name, name_key, zone, week, is_default)"
        " values ($1, $2, 'Shop', 'shop', 'Pacific/Kiritimati', '[[],[],[],[],[],[],[]]', true)",
        desk.workspace_id,
        new_id(),
    )
    await desk.send(await desk.add_customer("Ana"), "Hello")
    await _follow(desk)
    days: list[date] = [
        row["day"]
        for row in await desk.connection.fetch("select day from agent_days where workspace_id = $1", desk.workspace_id)
    ]
    there = (utc_now() + timedelta(hours=14)).date()
    assert days in ([there], [there - timedelta(days=1)])  # midnight may have come meanwhile
    assert days[0] > (utc_now() - timedelta(hours=10)).date()


async def test_a_new_day_begins_with_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    await _set_limit(desk, desk.agent_id, customers=1, messages=None)
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    for seq, at in ((1, now), (2, now + timedelta(days=1))):
        today = today_in(UTC, at)
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            assert not await _is_full(desk, today, at)
            await add_to_days(session, [Counted(seq, desk.agent_id, customer.contact_id, today.day)])
            full = await claim_full_days(session, [desk.agent_id], settings=RoutingSettings(), today=today, now=at)
            assert [(one.agent_id, one.customers) for one in full] == [(desk.agent_id, 1)]
        assert await _is_full(desk, today, at)


async def test_another_workspaces_days_are_nobodys_here(desk: Desk) -> None:
    await desk.send(await desk.add_customer("Ana"), "Hello")
    await _follow(desk)
    other = new_id()
    await desk.connection.execute("insert into workspaces (id, name) values ($1, 'Other')", other)
    async with desk.database.transaction(Role.WEB, other) as session:
        assert await (await session.raw()).fetchval("select count(*) from agent_days") == 0


async def _follow(desk: Desk) -> None:
    """As the consumer does it, over everything that has happened."""
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        events = [one for one in await read_all(session) if one.event.kind is EventKind.MESSAGE_QUEUED]
        await count_agent_days(session, events, now=utc_now(), new_id=new_id)


async def _day(desk: Desk) -> tuple[int, int]:
    rows = await desk.connection.fetch(
        "select customers, messages from agent_days where workspace_id = $1 and agent_id = $2",
        desk.workspace_id,
        desk.agent_id,
    )
    return sum(row["customers"] for row in rows), sum(row["messages"] for row in rows)


async def _set_limit(desk: Desk, agent_id: UUID, *, customers: int | None, messages: int | None) -> None:
    await desk.connection.execute(
        "update agents set day_customers = $2, day_messages = $3 where id = $1", agent_id, customers, messages
    )


async def _told(desk: Desk) -> list[tuple[UUID, UUID]]:
    return [
        (agent_id, conversation_id) for kind, agent_id, conversation_id in await told_to(desk) if kind == "day_full"
    ]


async def _loads(desk: Desk, today: Today | None = None, now: datetime | None = None) -> dict[UUID, AgentLoad]:
    now = now or utc_now()
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        loads = await list_agent_loads(
            session, caller_of(desk), settings=RoutingSettings(), today=today or today_in(UTC, now), now=now
        )
    return {one.id: one for one in loads}


async def _is_full(desk: Desk, today: Today, now: datetime) -> bool:
    return (await _loads(desk, today, now))[desk.agent_id].is_day_full
