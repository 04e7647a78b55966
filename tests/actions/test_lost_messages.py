"""A message that failed, or may not have arrived: the old clock, the way back to somebody's eyes, and who is told."""

import json
from typing import Any

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.settle_message import settle_message
from threadline.actions.show_statuses import show_statuses
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.core.message import AuthorKind, Status
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.attempts import lock_conversations
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.session import Role
from threadline.store.views import count_views

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("reached", [Status.SENT, Status.QUEUED])
@pytest.mark.parametrize("loss", ["failed", "uncertain"])
async def test_it_reopens_what_was_resolved_with_the_old_clock(desk: Desk, reached: Status, loss: str) -> None:
    customer = await desk.add_customer("ana")
    waited_since = (await desk.conversation(customer))["waiting_since"]
    attempt_id = await _send(desk, customer, reached)
    await _resolve(desk, customer)
    await desk.add_customer("bo")
    assert (await desk.conversation(customer))["waiting_since"] is None
    await _lose(desk, attempt_id, loss)
    row = await desk.conversation(customer)
    assert (row["state"], row["waiting_since"], row["woken_reason"]) == ("open", waited_since, "not_delivered")
    assert (await _view(desk, ListView.OPEN))[0] == customer.conversation_id, "on top"
    assert await _view(desk, ListView.FAILED) == [customer.conversation_id]
    lines = await _lines(desk, customer)
    assert (lines[-1]["what"], lines[-1]["data"]["reason"]) == ("reopened", "not_delivered")


async def test_it_wakes_what_was_snoozed(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    waited_since = (await desk.conversation(customer))["waiting_since"]
    attempt_id = await _send(desk, customer, Status.SENT)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await snooze_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            until=None,
            now=utc_now(),
            new_id=new_id,
        )
    await _lose(desk, attempt_id)
    row = await desk.conversation(customer)
    assert (row["state"], row["waiting_since"], row["snoozed_until"]) == ("open", waited_since, None)
    assert (await _lines(desk, customer))[-1]["what"] == "woken"


async def test_what_arrived_after_all_stops_the_clock_and_leaves_the_view(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    attempt_id = await _send(desk, customer, Status.QUEUED)
    await _lose(desk, attempt_id, "uncertain")
    message_id = (await desk.attempts())[0]["message_id"]
    assert (await desk.conversation(customer))["waiting_since"] is not None
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await settle_message(
            session, workspace_id=desk.workspace_id, message_id=message_id, now=utc_now(), new_id=new_id
        )
    assert (await desk.conversation(customer))["waiting_since"] is None
    assert await _view(desk, ListView.FAILED) == []


async def test_what_nobody_wrote_and_nobody_waits_for_opens_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("ana", is_waiting=False)
    await desk.connection.execute("update messages set is_quiet = true where conversation_id = $1", _id(customer))
    attempt_id = await _send(desk, customer, Status.SENT, author=AuthorKind.FLOW)
    await _resolve(desk, customer)
    await _lose(desk, attempt_id)
    assert (await desk.conversation(customer))["state"] == "resolved"
    assert await _view(desk, ListView.FAILED) == [customer.conversation_id]


async def test_a_newer_conversation_in_its_place_stays_the_open_one(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    attempt_id = await _send(desk, customer, Status.SENT)
    await _resolve(desk, customer)
    await desk.connection.execute(
        "insert into conversations (workspace_id, id, channel_id, contact_id, last_activity_at)"
        " values ($1, $2, $3, $4, now())",
        desk.workspace_id,
        new_id(),
        desk.channel_id,
        customer.contact_id,
    )
    await _lose(desk, attempt_id)
    row = await desk.conversation(customer)
    assert (row["state"], row["waiting_since"], row["failed_count"]) == ("resolved", None, 1)


async def test_whoever_sent_it_is_told(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _lose(desk, await _send(desk, customer, Status.QUEUED))
    event = (await desk.events("message_status_changed"))[-1]
    assert (event["is_lost"], event["told_agent_id"]) == (True, str(desk.agent_id))
    assert await _lines(desk, customer) == [{"what": "assigned", "data": {"assignee_id": str(desk.agent_id)}}]


@pytest.mark.parametrize("absence", ["offline", "gone"])
async def test_if_they_are_not_there_their_team_is_told_and_has_it(desk: Desk, absence: str) -> None:
    customer = await desk.add_customer("ana")
    attempt_id = await _send(desk, customer, Status.QUEUED)
    if absence == "gone":
        await desk.connection.execute("update agents set deactivated_at = now() where id = $1", desk.agent_id)
    else:
        await desk.connection.execute(
            "insert into availabilities (workspace_id, agent_id, state) values ($1, $2, 'offline')",
            desk.workspace_id,
            desk.agent_id,
        )
    await _lose(desk, attempt_id)
    event = (await desk.events("message_status_changed"))[-1]
    assert (event["is_lost"], event["told_agent_id"]) == (True, None)
    assert (await desk.conversation(customer))["assignee_id"] is None
    line = (await _lines(desk, customer))[-1]
    assert (line["what"], line["data"]["reason"]) == ("unassigned", "off_shift")
    moved = (await desk.events("conversation_changed"))[-1]
    assert moved["previous_assignee_id"] == str(desk.agent_id), "sockets take it from those who see their own only"


def _id(customer: Customer) -> Any:
    return customer.conversation_id


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _send(desk: Desk, customer: Customer, reached: Status, *, author: AuthorKind = AuthorKind.AGENT) -> Any:
    """An answer that came so far. Returns its attempt."""
    sent = await desk.send(customer, "Hello", author=author)
    (attempt,) = await desk.attempts(sent.id)
    if reached is not Status.QUEUED:
        await desk.echo(attempt["id"], int(reached))
    return attempt["id"]


async def _lose(desk: Desk, attempt_id: Any, loss: str = "failed") -> None:
    if loss == "failed":
        change = "status = 3, failed_at = now(), error_code = '131026'"
    else:
        change = "status = 1, claimed_at = now(), uncertain_at = now() + interval '1 hour'"
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        connection = await session.raw()
        row = await connection.fetchrow("select * from attempts where id = $1", attempt_id)
        assert row is not None
        await lock_conversations(session, desk.workspace_id, [row["conversation_id"]])
        await connection.execute(f"update attempts set {change} where id = $1", attempt_id)
        await show_statuses(session, desk.workspace_id, [row["message_id"]], now=utc_now(), new_id=new_id)


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


async def _view(desk: Desk, view: ListView) -> list[Any]:
    """Who stands in it; its figure must say so too."""
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows, _ = await list_conversations(
            session, _caller(desk), view=view, order=ListOrder.NEWEST, channel_id=None, after=None, limit=10
        )
        counts = await count_views(session, _caller(desk))
    assert counts.views[view.value].total == len(rows)
    return [row.id for row in rows]


async def _lines(desk: Desk, customer: Customer) -> list[dict[str, Any]]:
    rows = await desk.connection.fetch(
        "select content::text as content from messages where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    lines = [json.loads(row["content"]) for row in rows]
    return [{"what": line["what"], "data": line["data"]} for line in lines]
