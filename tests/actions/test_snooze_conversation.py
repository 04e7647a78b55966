"""Putting a conversation off, and everything that wakes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.receiving_desk import ReceivingDesk, open_receiving_desk, party
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.add_note import add_note
from threadline.actions.change_conversation import change_conversation
from threadline.actions.snooze_conversation import snooze_conversation, wake_conversation
from threadline.actions.wake_due_conversations import wake_due_conversations
from threadline.channels.contract import InboundReaction
from threadline.core.content import Line, Text, decode_content
from threadline.core.errors import Conflict, Invalid
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import Conversation, ListOrder, ListView, access_conversation, list_conversations
from threadline.store.session import Role
from threadline.store.views import count_views

pytestmark = pytest.mark.asyncio


async def test_snoozed_it_leaves_the_work_and_stands_in_its_own_view(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    until = utc_now() + timedelta(hours=3)
    await _snooze(desk, customer, until)
    row = await _read(desk, customer)
    assert (row.state, row.snoozed_until) == ("snoozed", until)
    assert await _views(desk) == {"snoozed", "waiting"}, "the customer still waits"
    line = (await _lines(desk, customer))[-1]
    assert (line.what, line.data) == (
        "snoozed",
        {"state": "snoozed", "previous_state": "open", "until": until.isoformat()},
    )
    assert await desk.events("conversation_changed") == [{"state": "snoozed", "until": until.isoformat()}]


async def test_without_a_time_it_sleeps_until_the_customer_writes(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _snooze(desk, customer, None)
    row = await _read(desk, customer)
    assert (row.state, row.snoozed_until) == ("snoozed", None)
    assert (await _lines(desk, customer))[-1].data["until"] == "reply"
    assert await _wake_due(desk) == 0


async def test_another_time_is_told_and_the_same_is_not(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    later = utc_now() + timedelta(days=1)
    for until in (utc_now() + timedelta(hours=3), later, later):
        await _snooze(desk, customer, until)
    assert (await _read(desk, customer)).snoozed_until == later
    assert [line.what for line in await _lines(desk, customer)] == ["snoozed", "snoozed"]


async def test_a_time_that_is_over_and_a_resolved_conversation_are_refused(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    with pytest.raises(Invalid):
        await _snooze(desk, customer, utc_now() - timedelta(seconds=1))
    await _set_state(desk, customer, "resolved")
    with pytest.raises(Conflict):
        await _snooze(desk, customer, None)
    assert (await _read(desk, customer)).state == "resolved"


async def test_when_its_time_comes_it_is_open_on_top_with_a_line_that_says_why(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _snooze(desk, customer, utc_now() + timedelta(hours=3))
    newer = await desk.add_customer("bo")
    await _let_time_come(desk, customer)
    active_at = (await _read(desk, customer)).last_activity_at
    assert await _wake_due(desk) == 1
    row = await _read(desk, customer)
    assert (row.state, row.snoozed_until, row.last_activity_at) == ("open", None, active_at), "nobody wrote"
    assert row.woken_reason == "time"
    assert [row.id for row in await _listed(desk, ListView.OPEN)] == [
        customer.conversation_id,
        newer.conversation_id,
    ]
    line = (await _lines(desk, customer))[-1]
    assert (line.what, line.data["reason"]) == ("woken", "time")
    assert (await desk.events("conversation_changed"))[-1] == {"state": "open", "is_woken": True}
    assert await _wake_due(desk) == 0
    assert len(await _lines(desk, customer)) == 2


@pytest.mark.parametrize("ending", ["answer", "resolved", "snoozed", "note"])
async def test_why_it_came_back_stands_until_somebody_dealt_with_it(desk: Desk, ending: str) -> None:
    customer = await desk.add_customer("ana")
    await _snooze(desk, customer, utc_now() + timedelta(hours=3))
    await _let_time_come(desk, customer)
    await _wake_due(desk)
    if ending == "answer":
        await desk.send(customer, "Hello")
    elif ending == "snoozed":
        await _snooze(desk, customer, None)
    elif ending == "note":
        await _add_note(desk, customer)
    else:
        await _set_state(desk, customer, "resolved")
    row = await _read(desk, customer)
    assert (row.woken_at is None, row.woken_reason) == ((True, "") if ending != "note" else (False, "time"))


async def test_a_note_moves_no_row(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    newer = await desk.add_customer("bo")
    before = await _read(desk, customer)
    await _add_note(desk, customer)
    row = await _read(desk, customer)
    assert row.last_activity_at == before.last_activity_at
    assert row.last_message is not None
    assert row.last_message.direction == "note", "the list shows it all the same"
    assert [row.id for row in await _listed(desk, ListView.OPEN)] == [newer.conversation_id, customer.conversation_id]


async def test_woken_by_hand_it_keeps_its_place(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    before = await _read(desk, customer)
    await _snooze(desk, customer, utc_now() + timedelta(hours=3))
    await _wake(desk, customer)
    await _wake(desk, customer)
    row = await _read(desk, customer)
    assert (row.state, row.snoozed_until, row.last_activity_at) == ("open", None, before.last_activity_at)
    assert [line.what for line in await _lines(desk, customer)] == ["snoozed", "woken"]


@pytest.mark.parametrize("ending", ["resolved", "answer"])
async def test_whatever_else_happens_takes_the_alarm_away(desk: Desk, ending: str) -> None:
    customer = await desk.add_customer("ana")
    await _snooze(desk, customer, utc_now() + timedelta(hours=3))
    await _let_time_come(desk, customer)
    if ending == "answer":
        await desk.send(customer, "Hello")
    else:
        await _set_state(desk, customer, "resolved")
    lines = await _lines(desk, customer)
    assert await _wake_due(desk) == 0
    assert await _lines(desk, customer) == lines
    assert (await _read(desk, customer)).snoozed_until is None


async def test_a_customer_wakes_it_and_its_alarm_is_gone(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        await desk.connection.execute(
            "update conversations set state = 'snoozed', snoozed_until = now() - interval '1 second'"
            " where workspace_id = $1",
            desk.workspace_id,
        )
        await desk.receive(desk.message(1, "m2"))
        assert await _wake_due(desk) == 0
        thread = await desk.of("messages", order="seq")
        line = decode_content(thread[1]["content"])
        assert isinstance(line, Line)
        assert [row["direction"] for row in thread] == ["incoming", "line", "incoming"]
        assert (line.what, thread[1]["author_kind"]) == ("woken", "contact")
        assert (await desk.of("conversations"))[0]["state"] == "open"


@pytest.mark.parametrize("until", [None, "now() + interval '1 hour'"])
async def test_a_customers_reaction_ends_a_sleep_until_they_write_and_starts_no_clock(
    database_url: str, until: str | None
) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        await desk.connection.execute(
            f"update conversations set state = 'snoozed', snoozed_until = {until or 'null'}, waiting_since = null"
            " where workspace_id = $1",
            desk.workspace_id,
        )
        active_at = (await desk.of("conversations"))[0]["last_activity_at"]
        desk.advance(minutes=5)
        for emoji in ("👍", ""):
            await desk.receive(
                InboundReaction(
                    provider_id=f"r{emoji}", party=party(1), target_provider_id="m1", emoji=emoji, at=desk.now
                )
            )
        row = (await desk.of("conversations"))[0]
        is_woken = until is None
        assert row["state"] == ("open" if is_woken else "snoozed")
        assert row["woken_reason"] == ("reaction" if is_woken else "")
        assert (row["waiting_since"], row["last_activity_at"]) == (None, active_at)
        lines = [one["author_kind"] for one in await desk.of("messages", order="seq") if one["direction"] == "line"]
        assert lines == (["contact"] if is_woken else []), "once"


async def test_a_customers_reaction_reopens_nothing(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        await desk.connection.execute(
            "update conversations set state = 'resolved', resolved_at = now(), waiting_since = null"
            " where workspace_id = $1",
            desk.workspace_id,
        )
        await desk.receive(
            InboundReaction(provider_id="r1", party=party(1), target_provider_id="m1", emoji="👍", at=desk.now)
        )
        row = (await desk.of("conversations"))[0]
        assert (row["state"], row["waiting_since"]) == ("resolved", None)


async def test_it_comes_back_to_everybody_if_whoever_has_it_is_offline(desk: Desk) -> None:
    mine, theirs = await desk.add_customer("ana"), await desk.add_customer("bo")
    for customer in (mine, theirs):
        await desk.connection.execute(
            "update conversations set assignee_id = $2 where id = $1", customer.conversation_id, desk.agent_id
        )
        await _snooze(desk, customer, utc_now() + timedelta(hours=3))
    await _let_time_come(desk, mine)
    await _wake_due(desk)
    await desk.connection.execute(
        "insert into availabilities (workspace_id, agent_id, state, reason) values ($1, $2, 'offline', 'off_hours')",
        desk.workspace_id,
        desk.agent_id,
    )
    await _let_time_come(desk, theirs)
    await _wake_due(desk)
    assert (await _read(desk, mine)).assignee_id == desk.agent_id
    assert (await _read(desk, theirs)).assignee_id is None
    assert [(line.what, line.data.get("reason")) for line in (await _lines(desk, theirs))[-2:]] == [
        ("woken", "time"),
        ("unassigned", "off_shift"),
    ]


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _add_note(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await add_note(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            author=Author(AuthorKind.AGENT, desk.agent_id),
            content=Text(text="Called her"),
            client_id=None,
            now=utc_now(),
            new_id=new_id,
        )


async def _snooze(desk: Desk, customer: Customer, until: datetime | None) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await snooze_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            until=until,
            now=utc_now(),
            new_id=new_id,
        )


async def _wake(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await wake_conversation(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now(), new_id=new_id
        )


async def _wake_due(desk: Desk | ReceivingDesk) -> int:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        return await wake_due_conversations(session, now=datetime.now(UTC), new_id=new_id)


async def _set_state(desk: Desk, customer: Customer, state: Any) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            state=state,
            assignee_id="keep",
            now=utc_now(),
            new_id=new_id,
        )


async def _let_time_come(desk: Desk, customer: Customer) -> None:
    await desk.connection.execute(
        "update conversations set snoozed_until = now() - interval '1 second' where id = $1", customer.conversation_id
    )


async def _read(desk: Desk, customer: Customer) -> Conversation:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await access_conversation(session, _caller(desk), customer.conversation_id)


async def _listed(desk: Desk, view: ListView) -> list[Conversation]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows, _ = await list_conversations(
            session, _caller(desk), view=view, order=ListOrder.NEWEST, channel_id=None, after=None, limit=10
        )
    return rows


async def _views(desk: Desk) -> set[str]:
    """Those in which the desk's only conversation stands beside *all*, which their figures must say too."""
    listed = {view.value for view in ListView if await _listed(desk, view)}
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        counts = await count_views(session, _caller(desk))
    assert {name for name, count in counts.views.items() if count.total} == listed - {"all"}, "all is not counted"
    return listed - {"all"}


async def _lines(desk: Desk, customer: Customer) -> list[Line]:
    rows = await desk.connection.fetch(
        "select content::text as content from messages where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    lines = [decode_content(row["content"]) for row in rows]
    return [line for line in lines if isinstance(line, Line)]
