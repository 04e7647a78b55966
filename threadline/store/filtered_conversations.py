"""Conversations that a filter finds, and how many: bounded in time, for people may ask for anything."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg

from threadline.core.conversation import ConversationState
from threadline.core.errors import Invalid
from threadline.core.filter import FIELDS, Asker, Fields, Filter, states_of
from threadline.core.permission import Caller
from threadline.store.clocks import IS_WAITING
from threadline.store.conversations import (
    OF_WAITING,
    Conversation,
    ListOrder,
    after_condition,
    cursor_of,
    order_by_of,
    read_page,
    with_labels,
)
from threadline.store.filters import CONTACT_JOIN, asks_about, filter_sql
from threadline.store.ranked_conversations import list_by_triage, where_filter
from threadline.store.session import Session
from threadline.store.views import BOUND, ViewCount
from threadline.store.visibility import Arguments, visible

LIST_TIMEOUT_S: Final = 3.0
COUNT_TIMEOUT_S: Final = 1.5


async def find_conversations(
    session: Session,
    caller: Caller,
    *,
    filter: Filter,
    fields: Fields = FIELDS,
    order: ListOrder,
    now: datetime,
    after: str | None,
    limit: int,
) -> tuple[list[Conversation], str | None]:
    """A page of what matches and the cursor of the next. Raises Invalid if the database needs too long for it.

    Each state that can match is read from the top of its own index (conversations_open, …_snoozed, …_pending,
    …_resolved; those that wait by conversations_waiting), and the page is cut from what they give.
    """
    if order is ListOrder.TRIAGE:
        where = where_filter(caller, filter, now, fields)
        async with _bounded(session, LIST_TIMEOUT_S):
            return await list_by_triage(
                session,
                caller,
                where=where,
                needs_contact=asks_about(filter, "contact", fields),
                now=now,
                after=after,
                limit=limit,
            )
    arguments = Arguments(caller.workspace_id)
    matching = _matching(filter, fields, caller, now, arguments)
    if after is not None:
        matching = f"{matching} and {after_condition(after, order, arguments)}"
    order_by = order_by_of(order)
    places = [IS_WAITING] if order in OF_WAITING else _places(filter)
    bound = arguments.add(limit + 1)
    contact = CONTACT_JOIN if asks_about(filter, "contact", fields) else ""
    parts = [
        f"(select c.* from conversations c {contact} where c.workspace_id = $1 and {place} and {matching}"
        f" order by {order_by} limit {bound})"
        for place in places
    ]
    if not parts:
        return [], None
    page = f"select c.* from ({' union all '.join(parts)}) c order by {order_by} limit {bound}"
    async with _bounded(session, LIST_TIMEOUT_S):
        rows = await read_page(session, caller, page, order_by=order_by, arguments=arguments)
    items = await with_labels(session, caller, rows[:limit])
    return items, cursor_of(order, rows[limit - 1]) if len(rows) > limit else None


async def count_conversations(
    session: Session, caller: Caller, *, filter: Filter, fields: Fields = FIELDS, now: datetime
) -> ViewCount:
    """How many match and how many of those wait, each exact up to the bound. Raises Invalid if it takes too long."""
    total = await _count(session, caller, filter, fields, now, only_waiting=False)
    waiting = await _count(session, caller, filter, fields, now, only_waiting=True) if total else 0
    return ViewCount(total=min(total, BOUND), is_more=total > BOUND, waiting=min(waiting, BOUND))


async def _count(
    session: Session, caller: Caller, filter: Filter, fields: Fields, now: datetime, *, only_waiting: bool
) -> int:
    arguments = Arguments(caller.workspace_id)
    matching = _matching(filter, fields, caller, now, arguments)
    states = [state.value for state in sorted(states_of(filter))]
    places = [f"c.state = any({arguments.add(states)}::text[])"]
    if ConversationState.RESOLVED not in states:
        places.append("c.state <> 'resolved'")
    if only_waiting:
        places.append(IS_WAITING)
    contact = CONTACT_JOIN if asks_about(filter, "contact", fields) else ""
    async with _bounded(session, COUNT_TIMEOUT_S):
        count: int | None = await (await session.raw()).fetchval(
            f"select count(*) from (select 1 from conversations c {contact} where c.workspace_id = $1"
            f" and {' and '.join(places)} and {matching} limit {BOUND + 1}) v",
            *arguments.values,
        )
    return count or 0


def _matching(filter: Filter, fields: Fields, caller: Caller, now: datetime, arguments: Arguments) -> str:
    asker = Asker(now, caller.agent_id)
    asked = filter_sql(filter, asker=asker, arguments=arguments, fields=fields)
    return f"{visible(caller.visibility, 'c', arguments)} and {asked}"


def _places(filter: Filter) -> Sequence[str]:
    """Written out, for a partial index is only taken for a state that the statement names."""
    return [f"c.state = '{state.value}'" for state in sorted(states_of(filter))]


@asynccontextmanager
async def _bounded(session: Session, timeout_s: float) -> AsyncIterator[None]:
    """A statement that takes too long is ended by the database and told in a sentence; the transaction is over."""
    connection = await session.raw()
    await connection.execute(f"set local statement_timeout = {int(timeout_s * 1000)}")
    try:
        yield
    except asyncpg.QueryCanceledError:
        raise Invalid(
            "This looks through too many conversations to be shown in time. Add a condition, for example a state.",
            field="filter",
            reason="filter_too_slow",
        ) from None
    await connection.execute("set local statement_timeout to default")
