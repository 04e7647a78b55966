"""What a change of hands or state leaves in the thread, and what it leaves alone."""

import json
from typing import Any, Literal
from uuid import UUID

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.core.message import AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import access_conversation, access_conversation_keys
from threadline.store.messages import Message, list_messages, said
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio

_KEPT_BY_LINES = ("last_message_id", "last_activity_at", "waiting_since", "incoming_count", "window_closes_at")


async def test_each_change_is_a_line_with_who_did_it_and_what_was_before(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _change(desk, customer, assignee_id=desk.agent_id)
    await _change(desk, customer, state="resolved")
    await _change(desk, customer, state="open", assignee_id=None)
    lines = (await _thread(desk, customer))[1:]
    assert [(line.direction, line.seq, _content(line)) for line in lines] == [
        ("line", 2, {"kind": "line", "what": "assigned", "data": {"assignee_id": str(desk.agent_id)}}),
        ("line", 3, {"kind": "line", "what": "resolved", "data": {"state": "resolved", "previous_state": "open"}}),
        ("line", 4, {"kind": "line", "what": "reopened", "data": {"state": "open", "previous_state": "resolved"}}),
        ("line", 5, {"kind": "line", "what": "unassigned", "data": {"previous_assignee_id": str(desk.agent_id)}}),
    ]
    assert {(line.author.kind, line.author.id) for line in lines} == {("agent", desk.agent_id)}
    assert {line.status for line in lines} == {None}
    assert await desk.attempts() == []


async def test_a_line_moves_nothing_that_lists_and_clocks_go_by(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    before = await desk.conversation(customer)
    await _change(desk, customer, assignee_id=desk.agent_id)
    await _change(desk, customer, assignee_id=None)
    after = await desk.conversation(customer)
    assert {name: after[name] for name in _KEPT_BY_LINES} == {name: before[name] for name in _KEPT_BY_LINES}
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        row = await access_conversation(session, _caller(desk), customer.conversation_id)
    assert row.last_message is not None
    assert (row.last_message.direction, row.last_message.preview.whole, row.last_seq) == ("incoming", "hi", 3)


async def test_what_is_as_wanted_already_is_not_told(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _change(desk, customer, state="open", assignee_id=None)
    assert len(await _thread(desk, customer)) == 1
    assert await desk.events("conversation_changed") == []


async def test_each_line_travels_with_its_event(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _change(desk, customer, state="resolved", assignee_id=desk.agent_id)
    lines = (await _thread(desk, customer))[1:]
    events = await desk.connection.fetch(
        "select message_id, agent_id, actor_id, data from events where workspace_id = $1"
        " and kind = 'conversation_changed' order by seq",
        desk.workspace_id,
    )
    assert [event["message_id"] for event in events] == [line.id for line in lines]
    assert [event["agent_id"] for event in events] == [desk.agent_id, None]
    assert {event["actor_id"] for event in events} == {desk.agent_id}
    assert json.loads(events[0]["data"])["previous_assignee_id"] is None


async def test_a_line_long_after_the_last_message_is_read_with_its_thread(desk: Desk) -> None:
    """Reads name the partitions between first and last message; a line lies outside them."""
    customer = await desk.add_customer("ana")
    old_id = UUID(int=new_id().int - (90 * 86_400_000 << 80))
    await desk.connection.execute(
        "update messages set id = $2 where conversation_id = $1", customer.conversation_id, old_id
    )
    await desk.connection.execute(
        "update conversations set first_message_id = $2, last_message_id = $2 where id = $1",
        customer.conversation_id,
        old_id,
    )
    await _change(desk, customer, state="resolved")
    assert [message.direction for message in await _thread(desk, customer)] == ["incoming", "line"]


async def test_an_answer_tells_that_it_takes_and_reopens_above_itself(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _change(desk, customer, state="resolved")
    await desk.send(customer, "Hello")
    await desk.send(customer, "And more")
    thread = await _thread(desk, customer)
    told = [_content(message).get("what") or message.direction for message in thread]
    assert told == ["incoming", "resolved", "reopened", "assigned", "outgoing", "outgoing"]
    assert [message.seq for message in thread] == list(range(1, 7))


async def test_an_answer_after_a_line_still_ends_the_waiting(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.send(customer, "Hello")
    await _change(desk, customer, assignee_id=None)
    await desk.host()
    await desk.until_settled()
    assert (await desk.conversation(customer))["waiting_since"] is None


async def test_a_program_changes_without_a_name(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    caller = Caller(desk.workspace_id, frozenset(Permission), token_id=new_id())
    await _change(desk, customer, state="resolved", caller=caller)
    line = (await _thread(desk, customer))[-1]
    assert (line.author.kind, line.author.id) == (AuthorKind.SYSTEM, None)


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _change(
    desk: Desk,
    customer: Customer,
    *,
    state: Literal["open", "resolved"] | None = None,
    assignee_id: UUID | Literal["keep"] | None = "keep",
    caller: Caller | None = None,
) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=caller or _caller(desk),
            conversation_id=customer.conversation_id,
            state=state,
            assignee_id=assignee_id,
            now=utc_now(),
            new_id=new_id,
        )


async def _thread(desk: Desk, customer: Customer) -> list[Message]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        keys = await access_conversation_keys(session, _caller(desk), customer.conversation_id)
        messages, _ = await list_messages(
            session,
            conversation_id=keys.id,
            first_message_id=keys.first_message_id,
            last_message_id=keys.last_message_id,
            before=None,
            limit=50,
        )
    return messages


def _content(message: Message) -> dict[str, Any]:
    """Content is handed on as the database holds it."""
    return json.loads(said(message).stored)
