"""Scheduled messages: sent once when their time comes, or held with the reason; never silence."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.schedule_message import cancel_scheduled, change_scheduled, schedule_message, send_scheduled
from threadline.core.content import Text
from threadline.core.errors import CannotSend, Conflict, Invalid, NotFound
from threadline.core.permission import Caller, Permission, Visibility
from threadline.core.scheduled import COUNT_LIMIT
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.scheduled import ScheduledMessage, list_scheduled
from threadline.store.session import Role
from threadline.store.views import count_views
from threadline.workers.scheduled_timers import ScheduledTimers

pytestmark = pytest.mark.asyncio


async def test_it_is_sent_when_its_time_comes_and_no_sooner(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    scheduled_id = await _schedule(desk, customer, "See you tomorrow")
    assert await _views(desk) == {"scheduled"}
    await _look(desk)
    assert await _texts(desk, customer) == ["hi"]
    await _let_time_come(desk)
    await _look(desk)
    await _look(desk)
    assert await _texts(desk, customer) == ["hi", "See you tomorrow"]
    assert await _views(desk) == set()
    assert [event["state"] for event in await desk.events("scheduled_changed")] == ["waiting", "sent"]
    sent = await desk.connection.fetchrow("select * from messages where client_id = $1", scheduled_id)
    assert sent is not None
    assert (sent["author_kind"], sent["author_id"]) == ("agent", desk.agent_id)


async def test_two_workers_send_each_once(desk: Desk) -> None:
    customers = await desk.add_customers(30)
    for customer in customers:
        await _schedule(desk, customer, customer.name)
    await _let_time_come(desk)
    stop = asyncio.Event()
    workers = [asyncio.create_task(_timers(desk).run(stop)) for _ in range(2)]
    for _ in range(200):
        if not await desk.connection.fetchval("select count(*) from scheduled_messages where state = 'waiting'"):
            break
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*workers)
    for customer in customers:
        assert await _texts(desk, customer) == ["hi", customer.name]


@pytest.mark.parametrize("cause", ["window", "blocked", "channel", "agent", "sight"])
async def test_what_may_not_be_sent_any_more_is_held_with_the_reason(desk: Desk, cause: str) -> None:
    customer = await desk.add_customer("ana")
    await _schedule(desk, customer, "Still there?")
    await _let_time_come(desk)
    await desk.connection.execute(_CHANGES[cause], desk.workspace_id)
    await _look(desk)
    await _look(desk)
    assert await _texts(desk, customer) == ["hi"]
    assert await _views(desk) == {"held"}
    (held,) = await _listed(desk, customer)
    assert (held.state, held.reason) == ("held", _REASONS[cause])
    assert held.reason_text
    assert [event["state"] for event in await desk.events("scheduled_changed")] == ["waiting", "held"]


_CHANGES = {
    "window": "update conversations set window_closes_at = now() - interval '1 hour' where workspace_id = $1",
    "blocked": "insert into reaches (workspace_id, channel_id, contact_id, blocked_at, blocked_reason)"
    " select workspace_id, channel_id, contact_id, now(), '' from conversations where workspace_id = $1",
    "channel": "update channels set state = 'disconnected' where workspace_id = $1",
    "agent": "update agents set deactivated_at = now() where workspace_id = $1",
    "sight": "update agents set channel_ids = '{}' where workspace_id = $1",
}
_REASONS = {
    "window": "window_closed",
    "blocked": "customer_blocked",
    "channel": "channel_disconnected",
    "agent": "author_may_not",
    "sight": "author_may_not",
}


async def test_a_held_one_waits_anew_or_goes_at_once_or_is_cancelled(desk: Desk) -> None:
    customer = await desk.add_customer("ana", window_open=False)
    ids = [await _schedule(desk, customer, text) for text in ("a", "b", "c")]
    await _let_time_come(desk)
    await _look(desk)
    assert {one.state.value for one in await _listed(desk, customer)} == {"held"}
    await desk.connection.execute(
        "update conversations set window_closes_at = now() + interval '1 hour' where workspace_id = $1",
        desk.workspace_id,
    )
    caller = _caller(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_scheduled(
            session,
            caller=caller,
            scheduled_id=ids[0],
            content=Text(text="a, changed"),
            due_at=utc_now() + timedelta(hours=1),
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
        await send_scheduled(
            session,
            caller=caller,
            scheduled_id=ids[1],
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
        await cancel_scheduled(session, caller=caller, scheduled_id=ids[2], now=utc_now(), new_id=new_id)
    assert await _texts(desk, customer) == ["hi", "b"]
    (left,) = await _listed(desk, customer)
    assert (left.state, left.content) == ("waiting", Text(text="a, changed"))
    for scheduled_id, reason in ((ids[1], "scheduled_sent"), (ids[2], "scheduled_cancelled")):
        with pytest.raises(Conflict) as refused:
            async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
                await send_scheduled(
                    session,
                    caller=caller,
                    scheduled_id=scheduled_id,
                    now=utc_now(),
                    new_id=new_id,
                    find_type=lambda _: desk.channel_type,
                )
        assert refused.value.reason == reason


async def test_cancelled_at_the_very_moment_it_is_one_or_the_other(desk: Desk) -> None:
    customers = await desk.add_customers(10)
    ids = [await _schedule(desk, customer, "x") for customer in customers]
    await _let_time_come(desk)

    async def cancel(scheduled_id: UUID) -> bool:
        try:
            async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
                await cancel_scheduled(
                    session, caller=_caller(desk), scheduled_id=scheduled_id, now=utc_now(), new_id=new_id
                )
        except Conflict:
            return False
        return True

    _, *cancelled = await asyncio.gather(_look(desk), *(cancel(scheduled_id) for scheduled_id in ids))
    for customer, was_cancelled in zip(customers, cancelled, strict=True):
        assert await _texts(desk, customer) == (["hi"] if was_cancelled else ["hi", "x"])


async def test_what_could_never_be_sent_is_refused_at_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    with pytest.raises(Invalid):
        await _schedule(desk, customer, "x", in_=timedelta(seconds=-1))
    with pytest.raises(CannotSend):
        await _schedule(desk, customer, "")
    with pytest.raises(NotFound):
        await _schedule(desk, customer, "x", caller=_caller(desk, Visibility(channel_ids=frozenset())))
    scheduled_id = await _schedule(desk, customer, "x")
    assert await _schedule(desk, customer, "x", client_id=scheduled_id) == scheduled_id
    assert len(await _listed(desk, customer)) == 1
    for _ in range(COUNT_LIMIT - 1):
        await _schedule(desk, customer, "x")
    with pytest.raises(Conflict):
        await _schedule(desk, customer, "x")


def _timers(desk: Desk) -> ScheduledTimers:
    return ScheduledTimers(desk.database, utc_now, new_id, poll_s=0.02, find_type=lambda _: desk.channel_type)


async def _look(desk: Desk) -> None:
    await _timers(desk).step()


def _caller(desk: Desk, visibility: Visibility | None = None) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), visibility or Visibility(), agent_id=desk.agent_id)


async def _schedule(
    desk: Desk,
    customer: Customer,
    text: str,
    *,
    in_: timedelta = timedelta(hours=1),
    client_id: UUID | None = None,
    caller: Caller | None = None,
) -> UUID:
    client_id = client_id or uuid4()
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await schedule_message(
            session,
            caller=caller or _caller(desk),
            conversation_id=customer.conversation_id,
            content=Text(text=text),
            quoted_id=None,
            due_at=utc_now() + in_,
            client_id=client_id,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
    return client_id


async def _let_time_come(desk: Desk) -> None:
    await desk.connection.execute(
        "update scheduled_messages set due_at = now() - interval '1 second' where workspace_id = $1", desk.workspace_id
    )


async def _listed(desk: Desk, customer: Customer) -> list[ScheduledMessage]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await list_scheduled(session, conversation_id=customer.conversation_id)


async def _views(desk: Desk) -> set[str]:
    """Which of the two views the desk's conversation stands in; their figures must say the same."""
    found: set[str] = set()
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        counts = await count_views(session, _caller(desk))
        for view in (ListView.SCHEDULED, ListView.HELD):
            rows, _ = await list_conversations(
                session, _caller(desk), view=view, order=ListOrder.NEWEST, channel_id=None, after=None, limit=10
            )
            assert counts.views[view.value].total == len(rows)
            found |= {view.value} if rows else set()
    return found


async def _texts(desk: Desk, customer: Customer) -> list[str]:
    rows = await desk.connection.fetch(
        "select content->>'text' as text from messages where conversation_id = $1 and direction <> 'line' order by seq",
        customer.conversation_id,
    )
    return [row["text"] for row in rows]
