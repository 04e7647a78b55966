"""Those that wait in the order of triage: a bounded set is ranked by the rule, and pages are cut from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.core.errors import Invalid
from threadline.core.filter import Asker, Fields, Filter
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Caller
from threadline.core.triage import Candidate, Queue, triage
from threadline.store.clocks import IS_WAITING
from threadline.store.conversations import Conversation, ListView, in_view, read_page, with_labels
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, to_microseconds
from threadline.store.filters import CONTACT_JOIN, filter_sql
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible
from threadline.store.workspaces import get_workspace

MOST_RANKED: Final = 2_000
"""So many are ranked, those that wait longest; behind them stands who came after."""
_PACE_OF: Final = timedelta(minutes=30)
_EVENTS_LOOKED_AT: Final = 5_000

Where = Callable[[Arguments], str]
"""Which of those that wait are meant: a condition on `c` (and `p`, if a filter asks about contacts)."""


def where_view(caller: Caller, view: ListView, channel_id: UUID | None) -> Where:
    def where(arguments: Arguments) -> str:
        condition = in_view(view, caller, arguments)
        return condition if channel_id is None else f"{condition} and c.channel_id = {arguments.add(channel_id)}"

    return where


def where_filter(caller: Caller, filter: Filter, now: datetime, fields: Fields) -> Where:
    asker = Asker(now, caller.agent_id)
    return lambda arguments: filter_sql(filter, asker=asker, arguments=arguments, fields=fields)


async def list_by_triage(
    session: Session,
    caller: Caller,
    *,
    where: Where,
    needs_contact: bool = False,
    now: datetime,
    after: str | None,
    limit: int,
) -> tuple[list[Conversation], str | None]:
    """A page of those that wait, the most urgent first, and the cursor of the next.

    The next page is ranked as of the first one's time and queue, and goes on behind its last row wherever that stands
    now. Reads `conversations_waiting` from its top.
    """
    ranked_at, queue, place, last_id = await _start(session, now) if after is None else _resume(after)
    queue = replace(queue, reopening_price=(await get_workspace(session)).settings.reopening_price)
    candidates = await _candidates(session, caller, where, needs_contact)
    ids = triage(candidates, queue, now=ranked_at)
    first = ids.index(last_id) + 1 if last_id is not None and last_id in ids else place
    shown, is_last = ids[first : first + limit], first + limit >= len(ids)
    arguments = Arguments(caller.workspace_id)
    wanted = arguments.add(shown)
    page = (
        f"select c.* from conversations c where c.workspace_id = $1 and c.id = any({wanted}::uuid[])"
        f" and {visible(caller.visibility, 'c', arguments)}"
    )
    order_by = f"array_position({wanted}::uuid[], c.id)"
    rows = await read_page(session, caller, page, order_by=order_by, arguments=arguments)
    items = await with_labels(session, caller, rows)
    if is_last or not shown:
        return items, None
    return items, encode_cursor(
        "triage",
        to_microseconds(ranked_at),
        queue.waiting,
        int(queue.answers_per_min * 1e6),
        first + limit,
        str(shown[-1]),
    )


async def read_queue(session: Session, *, now: datetime) -> Queue:
    """How many wait in the workspace, and how many different customers people answered lately, a minute.

    Looks at the newest events only, by their number; a desk that writes more in half an hour has a pace anyway.
    """
    row = await (await session.raw()).fetchrow(
        "select (select count(*) from (select from conversations c where c.workspace_id = $1"
        f" and {IS_WAITING} limit $2) w) as waiting,"
        " (select count(distinct e.conversation_id) from (select kind, conversation_id, actor_id, at from events"
        " where workspace_id = $1 and seq > (select last_seq - $3 from feed_counters where workspace_id = $1)"
        " and id >= $4) e where e.kind = 'message_queued' and e.actor_id is not null and e.at >= $5) as answered",
        session.workspace_id,
        MOST_RANKED,
        _EVENTS_LOOKED_AT,
        first_uuid7_at(now - _PACE_OF),
        now - _PACE_OF,
    )
    assert row is not None
    return Queue(row["waiting"], row["answered"] / (_PACE_OF / timedelta(minutes=1)))


async def _start(session: Session, now: datetime) -> tuple[datetime, Queue, int, UUID | None]:
    return now, await read_queue(session, now=now), 0, None


def _resume(after: str) -> tuple[datetime, Queue, int, UUID | None]:
    kind, at, waiting, pace, place, last_id = decode_cursor(after, str, int, int, int, int, str)
    try:
        last = UUID(str(last_id))
    except ValueError:
        kind = ""
        last = None
    if kind != "triage" or not 0 <= int(place) <= MOST_RANKED:
        raise Invalid(
            "This page belongs to another order. Please load the list again.", field="after", reason="old_page"
        )
    return from_microseconds(int(at)), Queue(int(waiting), int(pace) / 1e6), int(place), last


async def _candidates(session: Session, caller: Caller, where: Where, needs_contact: bool) -> list[Candidate]:
    arguments = Arguments(caller.workspace_id)
    contact = CONTACT_JOIN if needs_contact else ""
    rows = await (await session.raw()).fetch(
        f"select c.id, c.waiting_since, c.window_closes_at, c.priority from conversations c {contact}"
        f" where c.workspace_id = $1 and {IS_WAITING} and {where(arguments)}"
        f" and {visible(caller.visibility, 'c', arguments)}"
        f" order by c.waiting_since, c.id limit {arguments.add(MOST_RANKED)}",
        *arguments.values,
    )
    return [Candidate(row["id"], row["waiting_since"], row["window_closes_at"], row["priority"]) for row in rows]
