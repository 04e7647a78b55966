"""Lists by triage: ranked by the rule, cut into pages that show everybody once, for those who may see them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.workers.conftest import desk, http, provider, sending_database
from tests.workers.outbox_world import Desk
from threadline.core.errors import Invalid
from threadline.core.filter import Condition, Group, Operator
from threadline.core.permission import Caller, Permission, Visibility
from threadline.core.triage import Candidate, triage
from threadline.infra.clock import utc_now
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.filtered_conversations import find_conversations
from threadline.store.ranked_conversations import list_by_triage, read_queue, where_view
from threadline.store.session import Role

__all__ = ["desk", "http", "provider", "sending_database"]


async def _make(desk: Desk, *, since_min: float, left_min: float | None) -> UUID:
    customer = await desk.add_customer(f"c{since_min}{left_min}")
    now = datetime.now(UTC)
    await desk.connection.execute(
        "update conversations set waiting_since = $2, window_closes_at = $3 where id = $1",
        customer.conversation_id,
        now - timedelta(minutes=since_min),
        None if left_min is None else now + timedelta(minutes=left_min),
    )
    return customer.conversation_id


def _caller(desk: Desk, visibility: Visibility | None = None) -> Caller:
    return Caller(
        workspace_id=desk.workspace_id,
        permissions=frozenset(Permission),
        visibility=visibility or Visibility(),
        agent_id=desk.agent_id,
    )


async def _page(
    desk: Desk, after: str | None, limit: int, caller: Caller | None = None
) -> tuple[list[UUID], str | None]:
    caller = caller or _caller(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        items, following = await list_by_triage(
            session, caller, where=where_view(caller, ListView.OPEN, None), now=utc_now(), after=after, limit=limit
        )
        return [item.id for item in items], following


async def test_pages_show_everybody_once_in_the_order_of_the_rule(desk: Desk) -> None:
    ids = [await _make(desk, since_min=number, left_min=[5, 1400, None, 60][number % 4]) for number in range(1, 11)]
    await desk.add_customer("answered", is_waiting=False)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        queue = await read_queue(session, now=utc_now())
    assert (queue.waiting, queue.answers_per_min) == (10, 0)
    rows = await desk.connection.fetch(
        "select id, waiting_since, window_closes_at from conversations where id = any($1)", ids
    )
    expected = triage([Candidate(*row) for row in rows], queue, now=utc_now())
    seen: list[UUID] = []
    after = None
    while True:
        page, after = await _page(desk, after, 3)
        seen += page
        if after is None:
            break
    assert seen == expected
    assert set(expected[:4]) == {ids[2], ids[3], ids[6], ids[7]}, (
        "at no pace to speak of, an hour is lost as five minutes are"
    )


async def test_who_is_answered_between_two_pages_makes_nobody_vanish(desk: Desk) -> None:
    for number in range(1, 7):
        await _make(desk, since_min=number, left_min=None)
    whole, _ = await _page(desk, None, 10)
    first, after = await _page(desk, None, 3)
    await desk.connection.execute("update conversations set waiting_since = null where id = $1", first[0])
    second, _ = await _page(desk, after, 3)
    assert [*first, *second] == whole


async def test_triage_shows_nobody_more_than_they_may_see(desk: Desk) -> None:
    own, other = [await _make(desk, since_min=number, left_min=5) for number in (2, 3)]
    await desk.connection.execute("update conversations set assignee_id = $2 where id = $1", own, desk.agent_id)
    limited = _caller(desk, Visibility(only_assigned_to=desk.agent_id))
    assert (await _page(desk, None, 10, limited))[0] == [own]
    assert set((await _page(desk, None, 10))[0]) == {own, other}


async def test_a_filter_is_ranked_too_and_a_cursor_of_another_list_is_refused(desk: Desk) -> None:
    calm, pressing = await _make(desk, since_min=9, left_min=None), await _make(desk, since_min=1, left_min=2)
    await _make(desk, since_min=5, left_min=5)
    filter = Group(of=(Condition(field="contact.name", operator=Operator.CONTAINS_NOT, values=("c55",)),))
    caller = _caller(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        items, _ = await find_conversations(
            session, caller, filter=filter, order=ListOrder.TRIAGE, now=utc_now(), after=None, limit=10
        )
        assert [item.id for item in items] == [pressing, calm]
        _, newest = await list_conversations(
            session, caller, view=ListView.OPEN, order=ListOrder.NEWEST, channel_id=None, after=None, limit=1
        )
    with pytest.raises(Invalid):
        await _page(desk, newest, 3)
