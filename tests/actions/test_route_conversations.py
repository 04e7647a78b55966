"""Waiting customers find somebody: once each, the longest first, whatever happens at the same moment."""

import asyncio
from collections import Counter
from datetime import UTC, timedelta

import pytest

from tests.actions.routing_world import (
    add_agent,
    add_team,
    add_waiting,
    assignee_of,
    caller_of,
    follow,
    give,
    lines_of,
    make_pass,
    read_all,
    record,
    say,
)
from tests.workers.outbox_world import Desk
from threadline.actions.notify_agents import notify_agents
from threadline.actions.route_conversations import give_to_free
from threadline.core.conversation import ConversationState
from threadline.core.day import today_in
from threadline.core.events import EventKind
from threadline.core.notification import NOTIFYING
from threadline.core.routing import RoutingSettings, takes_place
from threadline.infra.clock import new_id, utc_now
from threadline.store.routing import list_agent_routing
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_who_comes_online_gets_the_longest_waiting_up_to_what_they_bear(desk: Desk) -> None:
    team_id = await add_team(desk)
    customers = await add_waiting(desk, team_id, 7)
    assert await make_pass(desk) == 5
    assert [await assignee_of(desk, one) for one in customers] == [desk.agent_id] * 5 + [None, None]
    lines = await lines_of(desk, customers[0])
    assert [(one["what"], one["data"]["reason"]) for one in lines] == [("assigned", "routing")]
    assert await make_pass(desk) == 0
    await desk.connection.execute(
        "update conversations set state = 'resolved', waiting_since = null where id = $1", customers[2].conversation_id
    )
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customers[5]) == desk.agent_id


async def test_ten_workers_at_once_give_nobody_twice_and_nobody_more_than_they_bear(desk: Desk) -> None:
    agents = [desk.agent_id, *[await add_agent(desk) for _ in range(5)]]
    team_id = await add_team(desk, *agents, assignment="round_robin")
    customers = await add_waiting(desk, team_id, 40)
    given = await asyncio.gather(*(make_pass(desk) for _ in range(10)))
    assert sum(given) == 30
    assignees = Counter([await assignee_of(desk, one) for one in customers])
    assert assignees == Counter(dict.fromkeys(agents, 5) | {None: 10})
    lines = Counter([len(await lines_of(desk, one)) for one in customers])
    assert lines == Counter({1: 30, 0: 10})


async def test_what_somebody_holds_is_passed_over_and_had_by_the_next_pass(desk: Desk) -> None:
    team_id = await add_team(desk)
    first, second = await add_waiting(desk, team_id, 2)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await (await session.raw()).execute(
            "select from conversations where id = $1 for no key update", first.conversation_id
        )
        assert await asyncio.wait_for(make_pass(desk), 10) == 1
    assert (await assignee_of(desk, first), await assignee_of(desk, second)) == (None, desk.agent_id)
    assert await make_pass(desk) == 1


@pytest.mark.parametrize("state", ["busy", "offline"])
async def test_who_is_not_online_gets_nothing_new(desk: Desk, state: str) -> None:
    team_id = await add_team(desk)
    await add_waiting(desk, team_id, 1)
    await say(desk, desk.agent_id, state)
    assert await make_pass(desk) == 0


async def test_who_waits_for_somebody_away_waits_for_everybody_and_finds_the_next(desk: Desk) -> None:
    """Busy keeps its own; offline and gone give it up, in teams whose customers are given by hand, too."""
    there, gone = await add_agent(desk), await add_agent(desk)
    team_id = await add_team(desk, desk.agent_id, there)
    mine, of_gone, by_hand, kept = await add_waiting(desk, team_id, 4)
    for customer, agent_id in ((mine, desk.agent_id), (of_gone, gone), (by_hand, desk.agent_id), (kept, there)):
        await give(desk, customer, agent_id)
    await desk.connection.execute("update conversations set team_id = null where id = $1", by_hand.conversation_id)
    await desk.connection.execute("update agents set deactivated_at = now() where id = $1", gone)
    answered = await desk.add_customer("Zoe", is_waiting=False)
    await give(desk, answered, desk.agent_id)
    await say(desk, desk.agent_id, "busy")
    await make_pass(desk)
    assert await assignee_of(desk, mine) == desk.agent_id
    await say(desk, desk.agent_id, "offline")
    await make_pass(desk)
    assert [await assignee_of(desk, one) for one in (mine, of_gone, by_hand, kept)] == [there, there, None, there]
    assert await assignee_of(desk, answered) == desk.agent_id, "nobody waits there"
    told = [(one["what"], one["data"]["reason"]) for one in await lines_of(desk, mine)]
    assert told == [("unassigned", "off_shift"), ("assigned", "routing")]
    left = await desk.connection.fetchval(
        "select count(*) from conversations c join availabilities v on v.agent_id = c.assignee_id"
        " where c.workspace_id = $1 and c.waiting_since is not null and c.state = 'open' and v.state = 'offline'",
        desk.workspace_id,
    )
    assert left == 0


async def test_who_writes_again_stays_with_somebody_who_is_full_and_it_is_seen(desk: Desk) -> None:
    team_id = await add_team(desk)
    await desk.connection.execute("update agents set capacity = 1 where id = $1", desk.agent_id)
    first, second = await add_waiting(desk, team_id, 2)
    await give(desk, first, desk.agent_id)
    await give(desk, second, desk.agent_id)
    await make_pass(desk)
    assert await assignee_of(desk, second) == desk.agent_id
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows = await list_agent_routing(
            session, caller_of(desk), settings=RoutingSettings(), today=today_in(UTC, utc_now()), now=utc_now()
        )
    assert [(one.load, one.capacity) for one in rows if one.id == desk.agent_id] == [(2, 1)]


async def test_places_are_counted_by_the_rule(desk: Desk) -> None:
    """The SQL and `takes_place` say the same of every kind of row."""
    now, active = utc_now(), timedelta(minutes=30)
    customers = await desk.add_customers(24)
    kinds = [
        (state, waits, paused, minutes)
        for state in ConversationState
        for waits, paused in ((True, False), (False, False), (True, True))
        for minutes in (5, 90)
    ]
    expected = 0
    for customer, (state, waits, paused, minutes) in zip(customers, kinds, strict=True):
        last_activity_at = now - timedelta(minutes=minutes)
        waiting_since = last_activity_at if waits and state is not ConversationState.RESOLVED else None
        await desk.connection.execute(
            "update conversations set state = $2, waiting_since = $3, paused_at = $4, last_activity_at = $5,"
            " assignee_id = $6 where id = $1",
            customer.conversation_id,
            state.value,
            waiting_since,
            now if paused else None,
            last_activity_at,
            desk.agent_id,
        )
        expected += takes_place(
            state=state,
            waiting_since=waiting_since,
            paused_at=now if paused else None,
            last_activity_at=last_activity_at,
            active=active,
            now=now,
        )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows = await list_agent_routing(
            session,
            caller_of(desk),
            settings=RoutingSettings(active_min=30),
            today=today_in(UTC, now),
            now=now,
        )
    assert {one.id: one.load for one in rows} == {desk.agent_id: expected}


async def test_what_begins_on_a_teams_channel_is_the_teams_and_finds_somebody(desk: Desk) -> None:
    team_id = await add_team(desk)
    await desk.connection.execute("update channels set team_id = $2 where id = $1", desk.channel_id, team_id)
    customer, old = await desk.add_customer("Ana"), await desk.add_customer("Bo")
    await record(desk, EventKind.CONVERSATION_STARTED, customer)
    await follow(desk)
    row = await desk.conversation(customer)
    assert (row["team_id"], row["assignee_id"]) == (team_id, desk.agent_id)
    assert [one["what"] for one in await lines_of(desk, customer)] == ["team_assigned", "assigned"]
    assert (await desk.conversation(old))["team_id"] is None, "it had begun before"


async def test_a_process_that_dies_leaves_all_of_it_or_nothing_and_who_got_somebody_is_told(desk: Desk) -> None:
    """What is told follows from the event, by another consumer: however long that one was away."""
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    with pytest.raises(ConnectionAbortedError):
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            assert await give_to_free(session, now=utc_now(), new_id=new_id) == 1
            raise ConnectionAbortedError
    assert (await assignee_of(desk, customer), await lines_of(desk, customer)) == (None, [])
    assert await make_pass(desk) == 1
    assert await desk.connection.fetch("select from notifications where agent_id = $1", desk.agent_id) == []
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        events = await read_all(session)
        await notify_agents(
            session, [one for one in events if one.event.kind in NOTIFYING], now=utc_now(), new_id=new_id
        )
    told = await desk.connection.fetch(
        "select kind, conversation_id from notifications where agent_id = $1", desk.agent_id
    )
    assert [tuple(row) for row in told] == [("assigned", customer.conversation_id)]


async def test_a_pass_is_no_cause_of_another_one(desk: Desk) -> None:
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    await make_pass(desk)
    await desk.connection.execute("update conversations set assignee_id = null where id = $1", customer.conversation_id)
    await follow(desk)
    assert await assignee_of(desk, customer) is None


async def test_a_thousand_who_wait_find_two_hundred_who_come(desk: Desk) -> None:
    agents = [await add_agent(desk) for _ in range(200)]
    team_id = await add_team(desk, *agents, assignment="balanced")
    await desk.connection.execute(
        "insert into contacts (workspace_id, id, name) select $1, gen_random_uuid(), 'c' || n"
        " from generate_series(1, 1000) n",
        desk.workspace_id,
    )
    await desk.connection.execute(
        "insert into conversations (workspace_id, id, channel_id, contact_id, team_id, last_activity_at, waiting_since)"
        " select workspace_id, gen_random_uuid(), $2, id, $3, now(), now() from contacts where workspace_id = $1",
        desk.workspace_id,
        desk.channel_id,
        team_id,
    )
    assert await make_pass(desk) == 1000
    counts = await desk.connection.fetch(
        "select count(*) as count from conversations where workspace_id = $1 group by assignee_id", desk.workspace_id
    )
    assert [row["count"] for row in counts] == [5] * 200
    lines = await desk.connection.fetchval(
        "select count(*) from messages where workspace_id = $1 and direction = 'line'", desk.workspace_id
    )
    assert lines == 1000
