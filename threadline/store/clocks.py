"""The clock of a waiting customer: threads as its rule reads them, and where it is written by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from threadline.core.content import decode_content
from threadline.core.conversation import NO_ANSWER_NEEDED, WAITS_AGAIN
from threadline.core.ids import first_uuid7_at
from threadline.core.message import AuthorKind, Direction, Status
from threadline.core.waiting import Entry, Spoken, entry_of
from threadline.store.session import Session

_OUT_OF_ORDER = timedelta(minutes=11)
"""What came after an answer may stand so much before it in time: a provider's clock counts within ten minutes."""

_READ = """
select m.conversation_id, m.seq, m.sort_at, m.direction, m.author_kind, m.status, m.is_quiet,
       case when m.direction = 'line' or m.kind = 'call' then m.content::text end as content
from unnest($2::uuid[], $3::timestamptz[]) as wanted (conversation_id, since)
cross join lateral (
    select coalesce(wanted.since, (
        select max(o.sort_at) from messages o
        where o.workspace_id = $1 and o.conversation_id = wanted.conversation_id and o.direction = 'outgoing'
          and o.author_kind in ('agent', 'flow', 'phone_app') and coalesce(o.status, 2) in (2, 4, 5, 6)
          and not o.is_quiet), '-infinity') - $4::interval as since
) bounded
join messages m on m.workspace_id = $1 and m.conversation_id = wanted.conversation_id
               and m.sort_at >= bounded.since and m.id >= $5 and m.direction <> 'note'
order by m.conversation_id, m.seq
"""


async def read_entries(session: Session, threads: Mapping[UUID, datetime | None]) -> dict[UUID, list[Entry]]:
    """Conversation → the time of an answer that was accepted, or None for the last that was → what its clock heeds.

    In the order of their numbers, from that answer on or a little earlier: what stands before it is settled by it.
    Uses `messages_by_sort`.
    """
    if not threads:
        return {}
    times = [since for since in threads.values() if since is not None]
    rows = await (await session.raw()).fetch(
        _READ,
        session.workspace_id,
        list(threads),
        list(threads.values()),
        _OUT_OF_ORDER,
        first_uuid7_at(min(times) - timedelta(days=1)) if len(times) == len(threads) else UUID(int=0),
    )
    entries: dict[UUID, list[Entry]] = {conversation_id: [] for conversation_id in threads}
    for row in rows:
        entry = entry_of(_spoken(row))
        if entry is not None:
            entries[row["conversation_id"]].append(entry)
    return entries


def _spoken(row: asyncpg.Record) -> Spoken:
    return Spoken(
        at=row["sort_at"],
        direction=Direction(row["direction"]),
        author_kind=AuthorKind(row["author_kind"]),
        status=None if row["status"] is None else Status(row["status"]),
        is_quiet=row["is_quiet"],
        content=None if row["content"] is None else decode_content(row["content"]),
    )


IS_WAITING = "c.waiting_since is not null and c.state <> 'resolved' and c.paused_at is null"
"""Somebody waits, and their clock goes. Implies the condition of `conversations_waiting`."""
_PROMISED = (
    "select from deadlines k where k.workspace_id = c.workspace_id and k.conversation_id = c.id"
    " and k.clock <> 'window' and k.due_at is not null"
)
IS_LATE = f"exists ({_PROMISED} and k.missed_at is not null)"
"""Of somebody who waits: what was promised was not kept."""
PRESSES = f"(not {IS_LATE} and exists ({_PROMISED} and k.half_at <= {{now}}))"
"""Of somebody who waits: half of the time is over, and nothing is late yet."""
RUNNING_CLOCK = "case when c.paused_at is null then c.waiting_since end as waiting_since"


def unpaused(now: str, *, alias: str = "") -> str:
    """SQL of `core.waiting.after_pause` for a statement that ends the pause of a conversation at `now`."""
    since, paused_at = f"{alias}waiting_since", f"{alias}paused_at"
    return (
        f"case when {since} is null or {paused_at} is null then {since}"
        f" else greatest({since}, least({since}, {paused_at}) + ({now}::timestamptz - {paused_at})) end"
    )


async def set_clocks(session: Session, clocks: Mapping[UUID, datetime | None]) -> None:
    """Under the conversations' locks: since when each customer waits."""
    await (await session.raw()).execute(
        "update conversations c set waiting_since = v.since from unnest($2::uuid[], $3::timestamptz[]) as v (id, since)"
        " where c.workspace_id = $1 and c.id = v.id and c.waiting_since is distinct from v.since",
        session.workspace_id,
        list(clocks),
        list(clocks.values()),
    )


async def set_waiting_since(session: Session, *, conversation_id: UUID, waiting_since: datetime | None) -> None:
    """Under the conversation's lock. None: nobody waits."""
    await (await session.raw()).execute(
        "update conversations set waiting_since = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        waiting_since,
    )


_FIND_STOPPED = """
select (line.content -> 'data' ->> 'waiting_since')::timestamptz as waiting_since
from messages line
where line.workspace_id = $1 and line.conversation_id = $2 and line.id >= $3 and line.sort_at >= $4
  and line.direction = 'line' and line.content ->> 'what' = $5
  and not exists (
    select from messages again
    where again.workspace_id = $1 and again.conversation_id = $2 and again.id >= $3 and again.sort_at >= $4
      and again.direction = 'line' and again.content ->> 'what' = $6 and again.seq > line.seq)
  and not exists (
    select from messages answer
    where answer.workspace_id = $1 and answer.conversation_id = $2 and answer.direction = 'outgoing'
      and answer.author_kind in ('agent', 'flow', 'phone_app') and coalesce(answer.status, 2) in (2, 4, 5, 6)
      and answer.sort_at > (line.content -> 'data' ->> 'waiting_since')::timestamptz)
order by line.sort_at desc, line.seq desc limit 1
"""


async def find_stopped_clock(session: Session, *, conversation_id: UUID, since: datetime) -> datetime | None:
    """Since when the customer had waited when somebody last said that no answer is needed, after `since`.

    None if nobody did, if it was taken back, or if an answer was accepted for what they waited for: also one that was
    under way at that moment. Uses `messages_by_sort`.
    """
    return await (await session.raw()).fetchval(
        _FIND_STOPPED,
        session.workspace_id,
        conversation_id,
        first_uuid7_at(since),
        since,
        NO_ANSWER_NEEDED,
        WAITS_AGAIN,
    )
