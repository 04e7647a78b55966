"""Assignees who say nothing: taken back twice at most, told then; and nobody is silent who types or has answered."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.actions.routing_world import (
    add_agent,
    add_team,
    add_waiting,
    assignee_of,
    give,
    lines_of,
    make_pass,
    say,
    told_to,
)
from tests.workers.outbox_world import Customer, Desk
from threadline.core.silence import silent_since
from threadline.infra.clock import new_id, utc_now
from threadline.store import silences
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_who_waits_for_somebody_silent_is_given_to_another_and_the_clock_goes_on(desk: Desk) -> None:
    bo = await add_agent(desk)
    customer = await _silent(desk, desk.agent_id, bo, minutes=6)
    before = await desk.conversation(customer)
    assert await make_pass(desk) == 1
    after = await desk.conversation(customer)
    assert (after["assignee_id"], after["taken_from"]) == (bo, [desk.agent_id])
    assert after["waiting_since"] == before["waiting_since"]
    lines = [
        (one["what"], one["data"].get("reason"), one["data"].get("minutes")) for one in await lines_of(desk, customer)
    ]
    assert lines == [("unassigned", "silent", "5"), ("assigned", "routing", None)]
    told = await told_to(desk)
    assert ("taken_back", desk.agent_id, customer.conversation_id) in told
    assert ("assigned", bo, customer.conversation_id) in told
    assert await make_pass(desk) == 0, "they have just got it"


async def test_it_is_taken_twice_and_then_told_to_those_who_watch_once(desk: Desk) -> None:
    bo, cy, chief = await add_agent(desk), await add_agent(desk), await add_agent(desk)
    await desk.connection.execute("update agents set role = 'supervisor' where id = $1", chief)
    customer = await _silent(desk, desk.agent_id, bo, cy, minutes=6)
    had = [desk.agent_id]
    for _ in range(2):
        await make_pass(desk)
        had.append(await _assigned(desk, customer))
        await _let_pass(desk, customer, minutes=6)
    assert sorted(had) == sorted([desk.agent_id, bo, cy]), "nobody had it twice"
    await make_pass(desk)
    await make_pass(desk)
    row = await desk.conversation(customer)
    assert (row["assignee_id"], set(row["taken_from"]), row["left_at"] is not None) == (had[2], set(had[:2]), True)
    assert [one["what"] for one in await lines_of(desk, customer)].count("left_waiting") == 1
    told = [(kind, agent_id) for kind, agent_id, _ in await told_to(desk) if kind == "left_waiting"]
    assert ("left_waiting", chief) in told
    assert {agent_id for _, agent_id in told}.isdisjoint({bo, cy})

    # An answer ends it: the next wait begins with a clean slate, and nobody is told any more.
    await desk.connection.execute(
        "update conversations set waiting_since = null where id = $1", customer.conversation_id
    )
    row = await desk.conversation(customer)
    assert (row["taken_from"], row["left_at"]) == ([], None)


async def test_with_nobody_else_there_it_stays_and_is_told(desk: Desk) -> None:
    bo = await add_agent(desk)
    await say(desk, bo, "busy")
    customer = await _silent(desk, desk.agent_id, bo, minutes=6)
    await make_pass(desk)
    row = await desk.conversation(customer)
    assert (row["assignee_id"], row["taken_from"], row["left_at"] is not None) == (desk.agent_id, [], True)


async def test_in_a_team_by_hand_it_waits_for_everybody(desk: Desk) -> None:
    bo = await add_agent(desk)
    customer = await _silent(desk, desk.agent_id, bo, minutes=6, assignment="manual")
    assert await make_pass(desk) == 0
    assert await assignee_of(desk, customer) is None


@pytest.mark.parametrize(
    "sign",
    [
        "typed",
        "drafted",
        "noted",
        "sent",
        "in_review",
        "just_assigned",
        "paused",
        "snoozed",
        "answered",
        "blocked",
        "off",
    ],
)
async def test_who_gives_a_sign_of_life_is_not_silent(desk: Desk, sign: str) -> None:
    bo = await add_agent(desk)
    customer = await _silent(desk, desk.agent_id, bo, minutes=60)
    await _give_sign(desk, customer, sign)
    await make_pass(desk)
    row = await desk.conversation(customer)
    assert (row["assignee_id"], row["taken_from"], row["left_at"]) == (desk.agent_id, [], None)


async def _give_sign(desk: Desk, customer: Customer, sign: str) -> None:
    execute, id = desk.connection.execute, customer.conversation_id
    match sign:
        case "typed":
            async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
                await silences.note_typing(session, conversation_id=id, agent_id=desk.agent_id)
        case "drafted":
            await execute(
                "insert into drafts (workspace_id, agent_id, conversation_id, mode, text, written_at)"
                " values ($1, $2, $3, 'reply', 'Dear', now())",
                desk.workspace_id,
                desk.agent_id,
                id,
            )
        case "noted":
            await _write(desk, customer, "note", status=None)
        case "sent":
            await desk.send(customer, "On my way")
        case "in_review":
            await execute(
                "insert into reviews (workspace_id, id, conversation_id, author_id, contents, asked_seq, asked_at,"
                " changed_at) values ($1, $2, $3, $4, '[]', 1, now() - interval '1 hour', now())",
                desk.workspace_id,
                new_id(),
                id,
                desk.agent_id,
            )
        case "just_assigned":
            await execute("update conversations set assignee_id = null where id = $1", id)
            await give(desk, customer, desk.agent_id)
        case "paused":
            await execute("update conversations set paused_at = now() where id = $1", id)
        case "snoozed":
            await execute(
                "update conversations set state = 'snoozed', snoozed_until = now() + interval '1 hour' where id = $1",
                id,
            )
        case "answered":
            await execute("update conversations set waiting_since = null where id = $1", id)
        case "blocked":
            await execute("update contacts set blocked_at = now() where id = $1", customer.contact_id)
        case _:
            await execute("update teams set take_back_min = null where workspace_id = $1", desk.workspace_id)


async def test_typing_is_kept_only_of_the_assignee_where_silence_is_counted(desk: Desk) -> None:
    bo = await add_agent(desk)
    customer = await _silent(desk, desk.agent_id, bo, minutes=1)
    other = await desk.add_customer("Zoe")
    await give(desk, other, desk.agent_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        for conversation_id, agent_id in (
            (customer.conversation_id, bo),
            (other.conversation_id, desk.agent_id),
            (customer.conversation_id, desk.agent_id),
            (customer.conversation_id, desk.agent_id),
        ):
            await silences.note_typing(session, conversation_id=conversation_id, agent_id=agent_id)
    rows = await desk.connection.fetch(
        "select conversation_id, agent_id from typing_signs where workspace_id = $1", desk.workspace_id
    )
    assert [tuple(row) for row in rows] == [(customer.conversation_id, desk.agent_id)]


async def test_an_answer_under_way_at_that_moment_keeps_it(desk: Desk) -> None:
    """Whoever holds the conversation is passed over; what they did is seen by the next pass."""
    bo = await add_agent(desk)
    customer = await _silent(desk, desk.agent_id, bo, minutes=6)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await (await session.raw()).execute(
            "select from conversations where id = $1 for no key update", customer.conversation_id
        )
        assert await asyncio.wait_for(make_pass(desk), 10) == 0
    await desk.send(customer, "Here I am")
    await make_pass(desk)
    assert await assignee_of(desk, customer) == desk.agent_id


async def test_ten_workers_at_once_take_each_back_once(desk: Desk) -> None:
    agents = [desk.agent_id, *[await add_agent(desk) for _ in range(4)]]
    customers = [await _silent(desk, *agents, minutes=6)]
    team_id = (await desk.conversation(customers[0]))["team_id"]
    for number in range(7):
        customer = await desk.add_customer(f"more {number}")
        await desk.connection.execute(
            "update conversations set team_id = $2, assignee_id = $3 where id = $1",
            customer.conversation_id,
            team_id,
            desk.agent_id,
        )
        await _let_pass(desk, customer, minutes=6)
        customers.append(customer)
    await asyncio.gather(*(make_pass(desk) for _ in range(10)))
    for customer in customers:
        row = await desk.conversation(customer)
        assert row["taken_from"] == [desk.agent_id]
        assert row["assignee_id"] not in (None, desk.agent_id)
        assert [one["what"] for one in await lines_of(desk, customer)] == ["unassigned", "assigned"]


async def test_the_timer_finds_where_somebody_may_be_silent(desk: Desk) -> None:
    customer = await _silent(desk, desk.agent_id, minutes=4)

    async def found() -> bool:
        async with desk.database.transaction(Role.ENGINE) as session:
            return desk.workspace_id in await silences.find_workspaces_with_silent(await session.raw(), limit=1000)

    assert not await found()
    await _let_pass(desk, customer, minutes=6)
    assert await found()


async def test_the_rows_say_what_the_rule_says(desk: Desk) -> None:
    """`since` of the SQL is `silent_since`, whichever is the latest."""
    now = utc_now()
    customer = await _silent(desk, desk.agent_id, minutes=30)
    note_id = await _write(desk, customer, "note", status=None)
    for number in range(4):
        moments = [now - timedelta(minutes=20 + (number + place) % 4) for place in range(4)]
        waiting_since, assigned_at, typed_at, wrote_at = moments
        await desk.connection.execute(
            "update conversations set waiting_since = $2 where id = $1", customer.conversation_id, waiting_since
        )
        await desk.connection.execute(
            "update conversations set assigned_at = $2 where id = $1", customer.conversation_id, assigned_at
        )
        await desk.connection.execute(
            "insert into typing_signs values ($1, $2, $3, $4)"
            " on conflict (workspace_id, conversation_id, agent_id) do update set typed_at = excluded.typed_at",
            desk.workspace_id,
            customer.conversation_id,
            desk.agent_id,
            typed_at,
        )
        await desk.connection.execute(
            "update messages set created_at = $2, sort_at = $2 where id = $1", note_id, wrote_at
        )
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            rows = await silences.read_silent(session, now=now, limit=10, conversation_ids=[customer.conversation_id])
        assert [one.silence.since for one in rows] == [silent_since(waiting_since, assigned_at, [typed_at, wrote_at])]


@pytest.mark.parametrize("has_time", [True, False])
async def test_what_somebody_away_put_off_belongs_to_everybody(desk: Desk, has_time: bool) -> None:
    """Until a time: it comes to everybody then. Until the customer writes, who waits: it is woken, and given."""
    bo = await add_agent(desk)
    team_id = await add_team(desk, desk.agent_id, bo)
    (customer,) = await add_waiting(desk, team_id, 1)
    await give(desk, customer, desk.agent_id)
    until = utc_now() + timedelta(hours=8) if has_time else None
    await desk.connection.execute(
        "update conversations set state = 'snoozed', snoozed_until = $2 where id = $1", customer.conversation_id, until
    )
    await say(desk, desk.agent_id, "offline")
    await make_pass(desk)
    row = await desk.conversation(customer)
    lines = [(one["what"], one["data"]["reason"]) for one in await lines_of(desk, customer)]
    if has_time:
        assert (row["state"], row["assignee_id"], row["snoozed_until"]) == ("snoozed", None, until)
        assert lines == [("unassigned", "off_shift")]
    else:
        assert (row["state"], row["assignee_id"]) == ("open", bo)
        assert lines == [("unassigned", "off_shift"), ("woken", "off_shift"), ("assigned", "routing")]


async def test_what_nobody_waits_in_stays_put_off(desk: Desk) -> None:
    customer = await desk.add_customer("Ana", is_waiting=False)
    await give(desk, customer, desk.agent_id)
    await desk.connection.execute(
        "update conversations set state = 'snoozed', snoozed_until = null where id = $1", customer.conversation_id
    )
    await say(desk, desk.agent_id, "offline")
    await make_pass(desk)
    row = await desk.conversation(customer)
    assert (row["state"], row["assignee_id"]) == ("snoozed", desk.agent_id)


async def _silent(desk: Desk, *members: UUID, minutes: int, assignment: str = "balanced") -> Customer:
    """A customer of a team that waits five minutes; the first member has had them for so long."""
    team_id = await add_team(desk, *members, assignment=assignment)
    await desk.connection.execute("update teams set take_back_min = 5 where id = $1", team_id)
    (customer,) = await add_waiting(desk, team_id, 1)
    await give(desk, customer, members[0])
    await _let_pass(desk, customer, minutes=minutes)
    return customer


async def _let_pass(desk: Desk, customer: Customer, *, minutes: int) -> None:
    await desk.connection.execute(
        "update conversations set assigned_at = now() - make_interval(mins => $2),"
        " waiting_since = least(waiting_since, now() - interval '70 minutes') where id = $1",
        customer.conversation_id,
        minutes,
    )


async def _write(desk: Desk, customer: Customer, direction: str, *, status: int | None) -> UUID:
    message_id = new_id()
    await desk.connection.execute(
        "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, author_id,"
        " kind, content, sort_at, status) values ($1, $2, $3, $4, 90, $5, 'agent', $6, 'text',"
        ' \'{"kind":"text","text":"hm"}\', now(), $7)',
        desk.workspace_id,
        message_id,
        customer.conversation_id,
        desk.channel_id,
        direction,
        desk.agent_id,
        status,
    )
    return message_id


async def _assigned(desk: Desk, customer: Customer) -> UUID:
    assignee_id = await assignee_of(desk, customer)
    assert assignee_id is not None
    return assignee_id
