"""What each agent's day came to: counted as it happens, so that nobody reads a day's messages to know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from threadline.core.day import Today
from threadline.core.routing import RoutingSettings
from threadline.store.session import Session

_IS_FULL: Final = (
    "(d.customers >= nullif(coalesce(a.day_customers, {customers}::int), 0)"
    " or d.messages >= nullif(coalesce(a.day_messages, {messages}::int), 0))"
)
DAY_FULL: Final = (
    "exists (select from agent_days d where d.workspace_id = a.workspace_id and d.agent_id = a.id"
    f" and d.day = {{day}}::date and {_IS_FULL})"
)
"""Whether the agent `a` has had enough for that day. Nought is never enough."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message that an agent wrote to a customer."""

    id: UUID
    agent_id: UUID
    contact_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """As `Written`, with the day it belongs to and the number of its event."""

    seq: int
    agent_id: UUID
    contact_id: UUID
    day: date


@dataclass(frozen=True, slots=True)
class FullDay:
    agent_id: UUID
    customers: int
    messages: int


async def load_written(session: Session, message_ids: Sequence[UUID]) -> list[Written]:
    """Those of these that agents wrote. By the primary key."""
    rows = await (await session.raw()).fetch(
        "select m.id, m.author_id as agent_id, c.contact_id, m.sort_at as at from messages m"
        " join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        " join agents a on a.workspace_id = m.workspace_id and a.id = m.author_id"
        " where m.workspace_id = $1 and m.id = any($2::uuid[]) and m.direction = 'outgoing'"
        " and m.author_kind = 'agent'",
        session.workspace_id,
        list(message_ids),
    )
    return [Written(**row) for row in rows]


_COUNT: Final = """
with said as (
    select s.* from unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::date[]) as s (seq, agent_id, contact_id, day)
    left join agent_days d on d.workspace_id = $1 and d.agent_id = s.agent_id and d.day = s.day
    where d.counted_seq is null or s.seq > d.counted_seq
), met as (
    insert into agent_day_customers (workspace_id, agent_id, day, contact_id)
    select distinct $1::uuid, agent_id, day, contact_id from said on conflict do nothing returning agent_id, day
)
insert into agent_days as d (workspace_id, agent_id, day, customers, messages, counted_seq)
select $1, s.agent_id, s.day, (select count(*) from met where met.agent_id = s.agent_id and met.day = s.day),
       count(*), max(s.seq)
from said s group by s.agent_id, s.day
on conflict (workspace_id, agent_id, day) do update set customers = d.customers + excluded.customers,
    messages = d.messages + excluded.messages, counted_seq = excluded.counted_seq
"""


async def add_to_days(session: Session, counted: Sequence[Counted]) -> None:
    """One that was counted already, by its number, is not counted again. Only one consumer writes here."""
    await (await session.raw()).execute(
        _COUNT,
        session.workspace_id,
        [one.seq for one in counted],
        [one.agent_id for one in counted],
        [one.contact_id for one in counted],
        [one.day for one in counted],
    )


async def claim_full_days(
    session: Session, agent_ids: Sequence[UUID], *, settings: RoutingSettings, today: Today, now: datetime
) -> list[FullDay]:
    """Whose day is full, of these, and of whom nobody was told today: they are told now, and never twice."""
    rows = await (await session.raw()).fetch(
        "update agent_days d set warned_at = $6 from agents a"
        " where d.workspace_id = $1 and d.agent_id = any($2::uuid[]) and d.day = $3 and d.warned_at is null"
        " and a.workspace_id = d.workspace_id and a.id = d.agent_id"
        f" and {_IS_FULL.format(customers='$4', messages='$5')}"
        " returning d.agent_id, d.customers, d.messages",
        session.workspace_id,
        list(agent_ids),
        today.day,
        settings.day_customers,
        settings.day_messages,
        now,
    )
    return [FullDay(**row) for row in rows]
