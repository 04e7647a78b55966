"""Writing first: one conversation whoever begins it, nothing half begun."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.workers.courier import Courier
from tests.workers.outbox_world import Desk
from threadline.actions.start_conversation import Recipient, Started, Whom, find_recipient, start_conversation
from threadline.core.content import Text
from threadline.core.errors import CannotSend, Conflict, Invalid, WindowClosed
from threadline.core.permission import Caller, Permission, Visibility
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_a_number_is_read_as_people_write_it(desk: Desk) -> None:
    _begins_by_phone(desk)
    found = await _find(desk, Recipient(None, "+44 (0)7700 900-123"))
    assert found == Whom("+447700900123", None, None)
    for typed in ("", "hello", "12", "+1 234"):
        with pytest.raises(Invalid):
            await _find(desk, Recipient(None, typed))


async def test_the_first_message_begins_the_conversation_and_its_writer_has_it(desk: Desk) -> None:
    _begins_by_phone(desk)
    started = await _start(desk, Recipient(None, "+447700900123"))
    assert started.is_new
    row = await desk.connection.fetchrow(
        "select c.*, p.phone from conversations c join contacts p on p.id = c.contact_id where c.id = $1",
        started.conversation_id,
    )
    assert row is not None
    assert (row["state"], row["assignee_id"], row["phone"]) == ("open", desk.agent_id, "+447700900123")
    assert len(await desk.events("conversation_started")) == 1
    assert await _find(desk, Recipient(None, "+44 7700 900123")) == Whom(
        "+447700900123", row["contact_id"], started.conversation_id
    )
    again = await _start(desk, Recipient(row["contact_id"], ""))
    assert again == Started(started.conversation_id, is_new=False)
    assert await _sent(desk) == 1, "what is open is shown instead"


async def test_two_at_once_get_one_conversation(desk: Desk) -> None:
    _begins_by_phone(desk)
    for number in range(5):
        phone = f"+4477009001{number:02}"
        both = await asyncio.gather(*(_start(desk, Recipient(None, phone)) for _ in range(4)))
        assert len({one.conversation_id for one in both}) == 1
        assert sorted(one.is_new for one in both) == [False, False, False, True]
        assert await _sent(desk) == number + 1


async def test_nothing_stands_of_what_could_not_be_sent(desk: Desk) -> None:
    _begins_by_phone(desk, has_window=True)
    with pytest.raises(WindowClosed):
        await _start(desk, Recipient(None, "+447700900123"))
    for table in ("conversations", "contacts", "addresses"):
        assert (
            await desk.connection.fetchval(f"select count(*) from {table} where workspace_id = $1", desk.workspace_id)
            == 0
        )


async def test_where_the_customer_writes_first_nobody_begins(desk: Desk) -> None:
    with pytest.raises(CannotSend):
        await _start(desk, Recipient(None, "+447700900123"))


async def test_one_that_somebody_else_has_is_not_shown_to_who_may_not_see_it(desk: Desk) -> None:
    _begins_by_phone(desk)
    started = await _start(desk, Recipient(None, "+447700900123"))
    blind = Caller(
        desk.workspace_id, frozenset(Permission), Visibility(only_assigned_to=new_id()), agent_id=desk.agent_id
    )
    for attempt in (_find, _start):
        with pytest.raises(Conflict) as refused:
            await attempt(desk, Recipient(None, "+447700900123"), caller=blind)
        assert refused.value.reason == "open_elsewhere"
    assert started.is_new


def _begins_by_phone(desk: Desk, *, has_window: bool = False) -> None:
    desk.channel_type = Courier(phone_scheme="phone", window=timedelta(hours=24) if has_window else None)


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _find(desk: Desk, recipient: Recipient, *, caller: Caller | None = None) -> Whom:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await find_recipient(
            session,
            caller=caller or _caller(desk),
            channel_id=desk.channel_id,
            recipient=recipient,
            find_type=lambda _: desk.channel_type,
        )


async def _start(desk: Desk, recipient: Recipient, *, caller: Caller | None = None) -> Started:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await start_conversation(
            session,
            caller=caller or _caller(desk),
            channel_id=desk.channel_id,
            recipient=recipient,
            content=Text(text="Hello"),
            client_id=uuid4(),
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )


async def _sent(desk: Desk) -> int:
    count: int = await desk.connection.fetchval(
        "select count(*) from messages where workspace_id = $1 and direction = 'outgoing'", desk.workspace_id
    )
    return count
