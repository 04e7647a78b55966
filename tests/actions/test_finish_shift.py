"""Finishing a shift: afterwards nobody waits for somebody who is not there, whatever was wished and whoever wrote."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from tests.actions.routing_world import add_agent, add_team, give, make_pass, say
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_agent import AgentChange, change_agent
from threadline.actions.finish_shift import ChatWish, Outcome, SchedulingWish, finish_shift, undo_finish
from threadline.core.errors import Conflict, Forbidden
from threadline.core.finishing import Choice, SchedulingChoice
from threadline.core.permission import Caller, Permission, RoleName, Visibility
from threadline.infra.clock import new_id, utc_now
from threadline.store.finished_shifts import list_absent
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_each_chat_goes_where_it_was_wished_and_then_one_is_offline(desk: Desk) -> None:
    colleague = await add_agent(desk)
    team_id = await add_team(desk, colleague)
    waiting, to_team, to_all, put_off, asleep = await _chats(desk, 5)
    kept, ended = await _chats(desk, 2, is_waiting=False)
    until = utc_now() + timedelta(hours=12)
    outcome = await _finish(
        desk,
        [
            ChatWish(
                conversation_id=waiting.conversation_id, choice=Choice.HAND, assignee_id=colleague, note="Refund?"
            ),
            ChatWish(conversation_id=to_team.conversation_id, choice=Choice.HAND, team_id=team_id),
            ChatWish(conversation_id=to_all.conversation_id, choice=Choice.HAND),
            ChatWish(conversation_id=put_off.conversation_id, choice=Choice.SNOOZE, until=until),
            ChatWish(conversation_id=asleep.conversation_id, choice=Choice.SNOOZE),
            ChatWish(conversation_id=kept.conversation_id, choice=Choice.KEEP),
            ChatWish(conversation_id=ended.conversation_id, choice=Choice.RESOLVE),
        ],
    )
    assert (outcome.is_finished, outcome.released_ids) == (True, [])
    rows = [await desk.conversation(one) for one in (waiting, to_team, to_all, put_off, asleep, kept, ended)]
    assert [(row["assignee_id"], row["team_id"], row["state"]) for row in rows] == [
        (colleague, None, "open"),
        (None, team_id, "open"),
        (None, None, "open"),
        (None, None, "snoozed"),
        (None, None, "snoozed"),
        (desk.agent_id, None, "open"),
        (desk.agent_id, None, "resolved"),
    ]
    assert await _state(desk) == ("offline", "")
    assert await _thread(desk, waiting) == [("note", "Refund?"), ("line", "assigned")]
    assert [what for _, what in await _thread(desk, put_off)] == ["snoozed", "unassigned"]
    told = await desk.connection.fetch(
        "select data::text as data from events where workspace_id = $1 and kind = 'shift_finished'", desk.workspace_id
    )
    assert [json.loads(row["data"])["chats"] for row in told] == [6]


async def test_who_writes_between_the_screen_and_the_press_is_given_to_everybody(desk: Desk) -> None:
    (quiet,) = await _chats(desk, 1, is_waiting=False)
    await desk.receive(quiet)
    outcome = await _finish(desk, [])
    assert (outcome.is_finished, outcome.released_ids) == (True, [quiet.conversation_id])
    assert (await desk.conversation(quiet))["assignee_id"] is None
    assert await _thread(desk, quiet) == [("line", "unassigned")]


async def test_what_is_refused_is_told_whole_and_nothing_has_happened(desk: Desk) -> None:
    away = await add_agent(desk)
    await say(desk, away, "offline")
    first, second, third = await _chats(desk, 3)
    outcome = await _finish(
        desk,
        [
            ChatWish(conversation_id=first.conversation_id, choice=Choice.HAND, note="Fine"),
            ChatWish(conversation_id=second.conversation_id, choice=Choice.KEEP),
            ChatWish(conversation_id=third.conversation_id, choice=Choice.HAND, assignee_id=away),
        ],
    )
    assert not outcome.is_finished
    assert {one.id: one.reason for one in outcome.refused} == {
        second.conversation_id: "waiting_not_kept",
        third.conversation_id: "receiver_offline",
    }
    assert [(await desk.conversation(one))["assignee_id"] for one in (first, second, third)] == [desk.agent_id] * 3
    assert await _thread(desk, first) == []
    assert (await _state(desk))[0] == "online"


async def test_undoing_brings_back_all_but_what_somebody_took_since(desk: Desk) -> None:
    colleague = await add_agent(desk)
    handed, taken, ended, off = await _chats(desk, 4, is_waiting=False)
    await _schedule(desk, handed)
    await say(desk, desk.agent_id, "busy")
    finish_id = new_id()
    await _finish(
        desk,
        [
            ChatWish(conversation_id=handed.conversation_id, choice=Choice.HAND, assignee_id=colleague, note="Hello"),
            ChatWish(conversation_id=taken.conversation_id, choice=Choice.HAND),
            ChatWish(conversation_id=ended.conversation_id, choice=Choice.RESOLVE),
            ChatWish(conversation_id=off.conversation_id, choice=Choice.SNOOZE),
        ],
        finish_id=finish_id,
    )
    await give(desk, taken, colleague)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        kept = await undo_finish(
            session,
            caller=_caller(desk),
            finish_id=finish_id,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
    assert kept == 1
    rows = [await desk.conversation(one) for one in (handed, taken, ended, off)]
    assert [(row["assignee_id"], row["state"]) for row in rows] == [
        (desk.agent_id, "open"),
        (colleague, "open"),
        (desk.agent_id, "open"),
        (desk.agent_id, "open"),
    ]
    assert await _state(desk) == ("busy", "")


async def test_scheduled_messages_go_on_in_another_name_or_are_held_with_the_reason(desk: Desk) -> None:
    colleague = await add_agent(desk)
    chat, *_ = await _chats(desk, 1, is_waiting=False)
    handed, held, kept = [await _schedule(desk, chat) for _ in range(3)]
    outcome = await _finish(
        desk,
        [],
        [
            SchedulingWish(scheduled_id=handed, choice=SchedulingChoice.HAND, agent_id=colleague),
            SchedulingWish(scheduled_id=held, choice=SchedulingChoice.HOLD),
            SchedulingWish(scheduled_id=kept, choice=SchedulingChoice.KEEP),
        ],
    )
    assert outcome.is_finished
    assert [await _scheduled(desk, one) for one in (handed, held, kept)] == [
        (colleague, "waiting", ""),
        (desk.agent_id, "held", "writer_has_gone"),
        (desk.agent_id, "waiting", ""),
    ]
    row = await desk.conversation(chat)
    assert (row["scheduled_count"], row["held_count"]) == (2, 1)


async def test_nobody_leaves_for_good_while_somebody_waits_for_them(desk: Desk) -> None:
    admin = await add_agent(desk, "admin")
    colleague = await add_agent(desk)
    waiting, quiet = [*await _chats(desk, 1), *await _chats(desk, 1, is_waiting=False)]
    scheduled = await _schedule(desk, quiet)
    caller = _caller(desk, admin, *Permission)
    hand = ChatWish(conversation_id=waiting.conversation_id, choice=Choice.HAND, assignee_id=colleague)
    refused: list[str] = []
    for chats in ([], [hand]):
        with pytest.raises(Conflict) as conflict:
            await _finish(desk, chats, caller=caller, going="gone")
        refused.append(conflict.value.reason)
    with pytest.raises(Conflict) as conflict:
        await _deactivate(desk, caller)
    assert [*refused, conflict.value.reason] == ["waiting_left", "scheduled_left", "waiting_left"]
    keeping = SchedulingWish(scheduled_id=scheduled, choice=SchedulingChoice.KEEP)
    outcome = await _finish(desk, [hand], [keeping], caller=caller, going="gone")
    assert [one.reason for one in outcome.refused] == ["scheduled_left"]
    assert await _is_active(desk)
    holding = SchedulingWish(scheduled_id=scheduled, choice=SchedulingChoice.HOLD)
    outcome = await _finish(desk, [hand], [holding], caller=caller, going="gone")
    assert outcome.is_finished
    assert not await _is_active(desk)
    assert [(await desk.conversation(one))["assignee_id"] for one in (waiting, quiet)] == [colleague, desk.agent_id]


async def test_what_was_kept_is_everybodys_as_soon_as_the_customer_writes(desk: Desk) -> None:
    """Kept: it stays theirs, and quiet; then routing takes it."""
    there = await add_agent(desk)
    team_id = await add_team(desk, there)
    (kept,) = await _chats(desk, 1, is_waiting=False)
    await desk.connection.execute("update conversations set team_id = $2 where id = $1", kept.conversation_id, team_id)
    await _finish(desk, [ChatWish(conversation_id=kept.conversation_id, choice=Choice.KEEP)])
    await make_pass(desk)
    assert (await desk.conversation(kept))["assignee_id"] == desk.agent_id
    await desk.receive(kept)
    await make_pass(desk)
    assert (await desk.conversation(kept))["assignee_id"] == there


async def test_who_is_absent_with_chats_is_listed_until_somebody_sees_to_them(desk: Desk) -> None:
    supervisor = await add_agent(desk, "supervisor")
    caller = _caller(desk, supervisor, Permission.CONVERSATIONS_ASSIGN, Permission.CONVERSATIONS_CHANGE)
    quiet, *_ = await _chats(desk, 2, is_waiting=False)
    await say(desk, desk.agent_id, "offline")
    assert await _absent(desk, caller) == [], "only just"
    await desk.connection.execute(
        "update availabilities set since = now() - interval '11 minutes' where agent_id = $1", desk.agent_id
    )
    assert await _absent(desk, caller) == [(desk.agent_id, 2, 0)]
    await desk.receive(quiet)
    assert await _absent(desk, caller) == [(desk.agent_id, 2, 1)]
    narrow = Caller(
        workspace_id=desk.workspace_id,
        permissions=caller.permissions,
        visibility=Visibility(channel_ids=frozenset()),
        agent_id=supervisor,
    )
    assert await _absent(desk, narrow) == [], "what one does not see is not counted"
    await _finish(desk, [], caller=caller)
    assert await _absent(desk, caller) == []
    assert await _state(desk) == ("offline", "")


async def test_a_colleague_without_the_right_finishes_nobodys_shift(desk: Desk) -> None:
    other = await add_agent(desk)
    with pytest.raises(Forbidden):
        await _finish(desk, [], caller=_caller(desk, other))
    with pytest.raises(Forbidden):
        await _finish(desk, [], going="gone")


@pytest.mark.parametrize("play", range(4))
async def test_whatever_happens_nobody_waits_for_somebody_whose_shift_is_over(desk: Desk, play: int) -> None:
    seed = random.randrange(10**6)
    print(f"play {play}: seed {seed}")
    chance = random.Random(seed)
    agents = [desk.agent_id, *[await add_agent(desk) for _ in range(3)]]
    team_id = await add_team(desk, *agents, assignment="balanced")
    customers = await desk.add_customers(10)
    finished = 0
    for _ in range(40):
        agent_id, customer = chance.choice(agents), chance.choice(customers)
        match chance.choice(("give", "writes", "answered", "comes", "finish", "finish")):
            case "give":
                await give(desk, customer, agent_id)
                await make_pass(desk)
            case "writes":
                await desk.connection.execute(
                    "update conversations set state = 'open' where id = $1 and state = 'snoozed'",
                    customer.conversation_id,
                )
                if (await desk.conversation(customer))["state"] != "resolved":
                    await desk.receive(customer)
            case "answered":
                await desk.connection.execute(
                    "update conversations set waiting_since = null where id = $1", customer.conversation_id
                )
            case "comes":
                await say(desk, agent_id, chance.choice(("online", "busy")))
                await make_pass(desk)
            case "finish":
                wishes = [
                    ChatWish(
                        conversation_id=one.conversation_id,
                        choice=chance.choice([Choice.HAND, Choice.HAND, Choice.SNOOZE, Choice.KEEP, Choice.RESOLVE]),
                        assignee_id=chance.choice([*agents, None, None]),
                        team_id=chance.choice([team_id, None]),
                        note=chance.choice(["", "Please"]),
                    )
                    for one in chance.sample(customers, chance.randrange(6))
                ]
                outcome = await _finish(desk, wishes, caller=_caller(desk, agent_id), agent_id=agent_id)
                finished += outcome.is_finished
                if outcome.is_finished:
                    assert await _waiting_for(desk, [agent_id]) == 0, f"seed {seed}"
    for agent_id in agents:
        outcome = await _finish(desk, [], caller=_caller(desk, agent_id), agent_id=agent_id)
        assert outcome.is_finished, f"seed {seed}"
    assert await _waiting_for(desk, agents) == 0, f"seed {seed}"
    await make_pass(desk)
    assert await _waiting_for(desk, agents) == 0, f"seed {seed}"
    assert finished > 0


def _caller(desk: Desk, agent_id: UUID | None = None, *permissions: Permission) -> Caller:
    rights = permissions or (Permission.CONVERSATIONS_CHANGE, Permission.MESSAGES_SEND)
    return Caller(workspace_id=desk.workspace_id, permissions=frozenset(rights), agent_id=agent_id or desk.agent_id)


async def _finish(
    desk: Desk,
    chats: Sequence[ChatWish],
    scheduled: Sequence[SchedulingWish] = (),
    *,
    caller: Caller | None = None,
    agent_id: UUID | None = None,
    going: Literal["offline", "gone"] = "offline",
    finish_id: UUID | None = None,
) -> Outcome:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await finish_shift(
            session,
            caller=caller or _caller(desk),
            agent_id=agent_id or desk.agent_id,
            going=going,
            chats=chats,
            scheduled=scheduled,
            finish_id=finish_id or new_id(),
            now=utc_now(),
            new_id=new_id,
        )


async def _deactivate(desk: Desk, caller: Caller) -> None:
    change = AgentChange(role=RoleName.AGENT, sees="all", channel_ids=None, is_active=False)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_agent(session, caller=caller, agent_id=desk.agent_id, change=change, now=utc_now(), new_id=new_id)


async def _chats(desk: Desk, count: int, *, is_waiting: bool = True) -> list[Customer]:
    """Of the desk's agent."""
    customers = [await desk.add_customer(f"c{uuid4()}", is_waiting=is_waiting) for _ in range(count)]
    for customer in customers:
        await give(desk, customer, desk.agent_id)
    return customers


async def _schedule(desk: Desk, customer: Customer) -> UUID:
    scheduled_id = new_id()
    await desk.connection.execute(
        "insert into scheduled_messages (workspace_id, id, conversation_id, agent_id, content, due_at)"
        """ values ($1, $2, $3, $4, '{"kind":"text","text":"Later"}', now() + interval '1 day')""",
        desk.workspace_id,
        scheduled_id,
        customer.conversation_id,
        desk.agent_id,
    )
    return scheduled_id


async def _scheduled(desk: Desk, scheduled_id: UUID) -> tuple[UUID, str, str]:
    row = await desk.connection.fetchrow(
        "select agent_id, state, reason from scheduled_messages where id = $1", scheduled_id
    )
    assert row is not None
    return row["agent_id"], row["state"], row["reason"]


async def _state(desk: Desk) -> tuple[str, str]:
    row = await desk.connection.fetchrow("select state, reason from availabilities where agent_id = $1", desk.agent_id)
    return ("online", "") if row is None else (row["state"], row["reason"])


async def _is_active(desk: Desk) -> bool:
    found: Any = await desk.connection.fetchval(
        "select deactivated_at is null from agents where id = $1", desk.agent_id
    )
    return found


async def _absent(desk: Desk, caller: Caller) -> list[tuple[UUID, int, int]]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return [(one.agent_id, one.chat_count, one.waiting_count) for one in await list_absent(session, caller)]


async def _waiting_for(desk: Desk, agent_ids: Sequence[UUID]) -> int:
    """Customers who wait for one of these."""
    found: Any = await desk.connection.fetchval(
        "select count(*) from conversations where workspace_id = $1 and waiting_since is not null"
        " and paused_at is null and state <> 'resolved' and assignee_id = any($2::uuid[])",
        desk.workspace_id,
        list(agent_ids),
    )
    return found


async def _thread(desk: Desk, customer: Customer) -> list[tuple[str, str]]:
    """Notes and lines in their order: what they say."""
    rows = await desk.connection.fetch(
        "select direction, coalesce(content ->> 'what', content ->> 'text') as what from messages"
        " where conversation_id = $1 and direction in ('note', 'line') order by seq",
        customer.conversation_id,
    )
    return [(row["direction"], row["what"]) for row in rows]
