"""The consumer that tells agents: rows, one for a burst; whose list becomes shorter; and who may not be told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.notify_agents import notify_agents
from threadline.core.events import Event, EventKind
from threadline.core.preferences import Preferences
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import NumberedEvent
from threadline.store.preferences import save_preferences
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_a_burst_is_one_unread_row_with_its_number(desk: Desk) -> None:
    customer = await _mine(desk)
    await _happens(desk, _received(desk, customer), _received(desk, customer))
    await _happens(desk, _received(desk, customer))
    (row,) = await _rows(desk)
    assert (row["kind"], row["count"], row["read_at"], row["is_listed"]) == ("replied", 3, None, True)
    changes = await desk.events("notifications_changed")
    assert len(changes) == 2  # one for each time the consumer ran


async def test_reading_ends_it_and_the_next_message_is_a_new_row(desk: Desk) -> None:
    customer = await _mine(desk)
    await _happens(desk, _received(desk, customer))
    await _happens(desk, _event(desk, EventKind.CONVERSATION_READ, customer, agent_id=desk.agent_id))
    (row,) = await _rows(desk)
    assert row["read_at"] is not None
    assert row["push_at"] is None
    await _happens(desk, _received(desk, customer))
    assert [one["read_at"] is None for one in await _rows(desk)] == [False, True]


async def test_an_answer_of_a_colleague_ends_it_for_me(desk: Desk) -> None:
    customer = await _mine(desk)
    await _happens(desk, _received(desk, customer))
    await _happens(desk, _event(desk, EventKind.MESSAGE_QUEUED, customer, actor_id=new_id(), by="agent"))
    (row,) = await _rows(desk)
    assert row["read_at"] is not None


async def test_nothing_is_pushed_in_quiet_hours_but_the_list_has_it(desk: Desk) -> None:
    customer = await _mine(desk)
    await _prefer(desk, Preferences(quiet_until=utc_now() + timedelta(hours=1)))
    await _happens(desk, _received(desk, customer))
    (row,) = await _rows(desk)
    assert (row["push_at"], row["is_listed"]) == (None, True)


async def test_who_wants_no_way_gets_no_row(desk: Desk) -> None:
    customer = await _mine(desk)
    preferences = Preferences()
    none = msgspec.structs.replace(preferences, ways=msgspec.structs.replace(preferences.ways, replied=()))
    await _prefer(desk, none)
    await _happens(desk, _received(desk, customer))
    assert await _rows(desk) == []


@pytest.mark.parametrize(("reason", "is_pushed"), [("", False), ("off_hours", False), ("idle", True)])
async def test_who_went_offline_reads_it_later_and_who_only_fell_still_is_called(
    desk: Desk, reason: str, is_pushed: bool
) -> None:
    customer = await _mine(desk)
    await desk.connection.execute(
        "insert into availabilities (workspace_id, agent_id, state, reason) values ($1, $2, 'offline', $3)",
        desk.workspace_id,
        desk.agent_id,
        reason,
    )
    await _happens(desk, _received(desk, customer))
    (row,) = await _rows(desk)
    assert row["is_listed"]
    assert (row["push_at"] is not None) is is_pushed


async def test_who_does_not_work_here_any_more_is_not_told(desk: Desk) -> None:
    customer = await _mine(desk)
    await desk.connection.execute("update agents set deactivated_at = now() where id = $1", desk.agent_id)
    await _happens(desk, _received(desk, customer))
    assert await _rows(desk) == []


async def test_what_somebody_may_not_see_they_are_not_told(desk: Desk) -> None:
    customer = await desk.add_customer("Ana Reyes")  # nobody's, so not theirs
    await desk.connection.execute("update agents set sees = 'assigned' where id = $1", desk.agent_id)
    moved = _event(desk, EventKind.CONVERSATION_CHANGED, customer, agent_id=desk.agent_id, assignee_id="x")
    await _happens(desk, moved)
    assert await _rows(desk) == []


async def test_a_failed_message_is_told_to_who_wrote_it(desk: Desk) -> None:
    customer = await _mine(desk)
    message_id = await desk.connection.fetchval(
        "update messages set author_kind = 'agent', author_id = $2 where conversation_id = $1 returning id",
        customer.conversation_id,
        desk.agent_id,
    )
    failed = _event(desk, EventKind.MESSAGE_STATUS_CHANGED, customer, message_id=message_id, status="failed")
    await _happens(desk, failed)
    (row,) = await _rows(desk)
    assert (row["kind"], row["agent_id"]) == ("not_delivered", desk.agent_id)


async def test_an_event_of_a_list_names_no_conversation_of_its_own(desk: Desk) -> None:
    """A frame would come with the row of an event's conversation, whether its reader sees it or not."""
    customer = await _mine(desk)
    await _happens(desk, _received(desk, customer))
    found = await desk.connection.fetch(
        "select conversation_id, agent_id, data->>'conversation_id' as told, data->>'unread' as unread from events"
        " where workspace_id = $1 and kind = 'notifications_changed'",
        desk.workspace_id,
    )
    assert [tuple(row) for row in found] == [(None, desk.agent_id, str(customer.conversation_id), "1")]


async def _mine(desk: Desk) -> Customer:
    customer = await desk.add_customer("Ana Reyes")
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", customer.conversation_id, desk.agent_id
    )
    return customer


async def _prefer(desk: Desk, preferences: Preferences) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await save_preferences(session, desk.agent_id, preferences)


def _received(desk: Desk, customer: Customer) -> Event:
    return _event(desk, EventKind.MESSAGE_RECEIVED, customer, direction="incoming")


def _event(
    desk: Desk,
    kind: EventKind,
    customer: Customer,
    *,
    message_id: UUID | None = None,
    agent_id: UUID | None = None,
    actor_id: UUID | None = None,
    **data: Any,
) -> Event:
    return Event(
        id=new_id(),
        workspace_id=desk.workspace_id,
        kind=kind,
        at=utc_now(),
        conversation_id=customer.conversation_id,
        message_id=message_id,
        agent_id=agent_id,
        actor_id=actor_id,
        data=data,
    )


async def _happens(desk: Desk, *events: Event) -> None:
    """As the consumer does it: the effects of a batch in one transaction."""
    numbered: Sequence[NumberedEvent] = [NumberedEvent(seq=seq, event=one) for seq, one in enumerate(events)]
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await notify_agents(session, numbered, now=utc_now(), new_id=new_id)


async def _rows(desk: Desk) -> list[Any]:
    return await desk.connection.fetch(
        "select * from notifications where workspace_id = $1 order by at", desk.workspace_id
    )
