"""No answer needed: the clock stops, the thread says so, and it can be taken back while nothing went on."""

import json
from typing import Any

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.end_waiting import end_waiting, restore_waiting
from threadline.core.errors import Conflict
from threadline.core.message import Status
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.session import Role
from threadline.store.views import count_views

pytestmark = pytest.mark.asyncio


async def test_the_customer_waits_no_longer_and_the_line_keeps_since_when(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    before = await desk.conversation(customer)
    assert await _waiting(desk) == 1
    await _end(desk, customer)
    after = await desk.conversation(customer)
    assert (after["waiting_since"], after["state"], after["last_seq"]) == (None, "open", 2)
    assert (after["last_activity_at"], after["last_message_id"]) == (
        before["last_activity_at"],
        before["last_message_id"],
    )
    assert await _waiting(desk) == 0
    assert await _lines(desk, customer) == [
        {
            "kind": "line",
            "what": "no_answer_needed",
            "data": {"waiting_since": before["waiting_since"].isoformat()},
        }
    ]
    assert await desk.events("conversation_changed") == [{"state": "open", "is_waiting": False}]


async def test_nobody_who_waits_is_nothing_to_tell(desk: Desk) -> None:
    customer = await desk.add_customer("ana", is_waiting=False)
    await _end(desk, customer)
    assert await _lines(desk, customer) == []
    assert await desk.events("conversation_changed") == []


async def test_what_the_customer_writes_next_starts_the_clock_anew(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    waited_since = (await desk.conversation(customer))["waiting_since"]
    await _end(desk, customer)
    await desk.receive(customer)
    assert (await desk.conversation(customer))["waiting_since"] > waited_since


async def test_a_late_receipt_does_not_bring_back_what_needed_no_answer(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    sent = await desk.send(customer, "On its way")
    await desk.host()
    await desk.until_settled()
    await desk.receive(customer)
    await _end(desk, customer)
    await desk.receive(customer)
    since = (await desk.conversation(customer))["waiting_since"]
    (attempt,) = await desk.attempts(sent.id)
    await desk.echo(attempt["id"], int(Status.READ))
    assert (await desk.message(sent.id))["status"] == Status.READ
    assert (await desk.conversation(customer))["waiting_since"] == since


@pytest.mark.parametrize("writes_again", [False, True])
async def test_taken_back_the_customer_waits_since_they_did(desk: Desk, writes_again: bool) -> None:
    customer = await desk.add_customer("ana")
    waited_since = (await desk.conversation(customer))["waiting_since"]
    await _end(desk, customer)
    if writes_again:
        await desk.receive(customer)
    await _restore(desk, customer)
    assert (await desk.conversation(customer))["waiting_since"] == waited_since
    assert [line["what"] for line in await _lines(desk, customer)] == ["no_answer_needed", "waits_again"]
    assert await _waiting(desk) == 1


async def test_it_is_taken_back_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _end(desk, customer)
    await _restore(desk, customer)
    with pytest.raises(Conflict):
        await _restore(desk, customer)
    assert len(await _lines(desk, customer)) == 2


async def test_it_is_not_taken_back_once_an_answer_was_accepted(desk: Desk) -> None:
    """Also one that was under way already when somebody pressed the key."""
    customer = await desk.add_customer("ana")
    await desk.send(customer, "On its way")
    await _end(desk, customer)
    await desk.host()
    await desk.until_settled()
    with pytest.raises(Conflict):
        await _restore(desk, customer)
    assert (await desk.conversation(customer))["waiting_since"] is None


async def test_it_is_not_taken_back_after_the_conversation_was_resolved(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _end(desk, customer)
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
    with pytest.raises(Conflict):
        await _restore(desk, customer)


async def test_nothing_was_stopped_so_nothing_is_taken_back(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    with pytest.raises(Conflict):
        await _restore(desk, customer)


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _end(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await end_waiting(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now(), new_id=new_id
        )


async def _restore(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await restore_waiting(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now(), new_id=new_id
        )


async def _waiting(desk: Desk) -> int:
    """How many stand in the view, which its figure must say too."""
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows, _ = await list_conversations(
            session,
            _caller(desk),
            view=ListView.WAITING,
            order=ListOrder.WAITING,
            channel_id=None,
            after=None,
            limit=10,
        )
        counts = await count_views(session, _caller(desk))
    assert counts.views["waiting"].total == len(rows)
    return len(rows)


async def _lines(desk: Desk, customer: Customer) -> list[dict[str, Any]]:
    rows = await desk.connection.fetch(
        "select content::text as content from messages where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    return [json.loads(row["content"]) for row in rows]
