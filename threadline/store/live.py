"""How everything stands now, for the live screen: figures by team and channel, each agent, and what presses most."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.availability import AvailabilityText
from threadline.core.day import Today
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Visibility
from threadline.core.routing import RoutingSettings
from threadline.store.agent_days import DAY_FULL
from threadline.store.clocks import IS_LATE, IS_WAITING, PRESSES
from threadline.store.conversations import BOTLESS, IN_WORK, Conversation, load_conversations
from threadline.store.routing import TAKES_PLACE
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

CLOSES_SOON: Final = timedelta(hours=1)
_WAITING_PER_TEAM: Final = 12
_OTHERS_PER_TEAM: Final = 6
_MOST_WAITING: Final = 96
_MOST_OTHERS: Final = 48
"""Of each team what presses most, and of all teams together no more than this: a frame stays small."""
_AGO: Final = timedelta(minutes=1)
"""A message may be seen so long after its id was made: a transaction takes no longer."""


class LiveGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations of one team on one channel. Each figure counts what its view finds (docs/live.md)."""

    team_id: UUID | None
    channel_id: UUID
    waiting: int
    waiting_unassigned: int
    """Of these, whom nobody has."""
    unassigned: int
    """In work, and nobody's: also those who do not wait."""
    pressing: int
    """Half of the promised time is over, and nothing is late yet."""
    late: int
    closing: int
    """Not resolved, and the window ends within the hour."""
    failed: int
    longest_waiting_since: datetime | None


class LiveAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who works here, with what they have in hand as far as the one who looks sees it."""

    id: UUID
    availability: AvailabilityText
    away_reason: str
    available_since: datetime | None
    """None: nobody ever said anything."""
    capacity: int
    load: int
    """How many take a place; more than they bear: customers who wrote again stay with them."""
    is_day_full: bool
    """They have had enough for today, by customers or by messages, seen or not."""
    waiting: int
    """Of these in hand, whose customer waits; `pressing` and `late` are of these."""
    pressing: int
    late: int
    longest_waiting_since: datetime | None
    answered_at: datetime | None
    """Their last message to any customer within twelve hours."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    """By the clock of the server: what ticks on a screen counts from here."""
    active_min: int
    """So long after the last message a conversation takes a place."""
    groups: list[LiveGroup]
    agents: list[LiveAgent]
    waiting_ids: list[UUID]
    """What is due first comes first: the most pressing of each team."""
    closing_ids: list[UUID]
    """Whose window ends first comes first."""
    failed_ids: list[UUID]
    """The newest first."""
    conversations: list[Conversation]
    """Those named above by their ids' order, without `read_count`: everybody with the same sight shares them."""


class _Figures(msgspec.Struct, frozen=True, kw_only=True):
    groups: list[LiveGroup]
    agents: list[LiveAgent]
    waiting_ids: list[UUID]
    closing_ids: list[UUID]
    failed_ids: list[UUID]


async def read_live(
    session: Session,
    visibility: Visibility,
    *,
    routing: RoutingSettings,
    answered: Mapping[UUID, datetime],
    today: Today,
    now: datetime,
) -> Live:
    """As it stands in this moment, of all that is seen so. Three statements in a house of any size.

    What is not resolved is read once, by the narrowest index over it; clocks are looked up for those who wait only.
    `answered`: of `read_answered`.
    """
    assert session.workspace_id is not None
    arguments = Arguments(
        session.workspace_id,
        now,
        timedelta(minutes=routing.active_min),
        routing.capacity,
        now + CLOSES_SOON,
        today.day,
        routing.day_customers,
        routing.day_messages,
    )
    statement = _READ.format(seen=visible(visibility, "c", arguments))
    connection = await session.raw()
    text = await connection.fetchval(statement, *arguments.values)
    assert isinstance(text, str)  # one row, whatever is in it
    found = msgspec.json.decode(text, type=_Figures)
    shown = {*found.waiting_ids, *found.closing_ids, *found.failed_ids}
    conversations = await load_conversations(
        connection, workspace_id=session.workspace_id, conversation_ids=sorted(shown)
    )
    agents = [msgspec.structs.replace(one, answered_at=answered.get(one.id)) for one in found.agents]
    return Live(
        at=now,
        active_min=routing.active_min,
        groups=found.groups,
        agents=agents,
        waiting_ids=found.waiting_ids,
        closing_ids=found.closing_ids,
        failed_ids=found.failed_ids,
        conversations=sorted(conversations, key=lambda one: one.id),
    )


async def read_answered(session: Session, visibility: Visibility, *, since: datetime) -> dict[UUID, datetime]:
    """When each agent last wrote to a customer, as far as that is seen and was after `since`: the newest ids only."""
    arguments = Arguments(session.workspace_id, first_uuid7_at(since - _AGO))
    rows = await (await session.raw()).fetch(
        "select m.author_id, max(m.sort_at) as at from messages m"
        " join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        " where m.workspace_id = $1 and m.id >= $2 and m.direction = 'outgoing' and m.author_kind = 'agent'"
        f" and {visible(visibility, 'c', arguments)} group by m.author_id",
        *arguments.values,
    )
    return {row["author_id"]: row["at"] for row in rows}


def _most_pressing(rows: str, order: str, *, per_team: int, most: int) -> str:
    """Ids in this order: of each team its first ones, so that a busy team leaves the others theirs."""
    return (
        f"(select coalesce(json_agg(id order by {order}), '[]') from (select * from ("
        f" select o.*, row_number() over (partition by team_id order by {order}) as place from {rows}"
        f") ranked where place <= {per_team} order by place, {order} limit {most}) most)"
    )


_WAITING_IDS: Final = _most_pressing(
    "clocked o where waiting_since is not null",
    "due_at nulls last, waiting_since, id",
    per_team=_WAITING_PER_TEAM,
    most=_MOST_WAITING,
)
_CLOSING_IDS: Final = _most_pressing(
    "clocked o where is_closing", "window_closes_at, id", per_team=_OTHERS_PER_TEAM, most=_MOST_OTHERS
)
_FAILED_IDS: Final = _most_pressing("failed o", "list_at desc, id desc", per_team=_OTHERS_PER_TEAM, most=_MOST_OTHERS)
_READ: Final = f"""
with seen as materialized (
    select c.workspace_id, c.id, c.team_id, c.channel_id, c.assignee_id, c.due_at, c.window_closes_at,
           case when {IS_WAITING} then c.waiting_since end as waiting_since,
           ({IN_WORK}) and c.assignee_id is null and {BOTLESS} as is_unassigned,
           coalesce(c.window_closes_at >= $2 and c.window_closes_at <= $5, false) as is_closing,
           {TAKES_PLACE.format(now="$2", active="$3")} as takes_place
    from conversations c where c.workspace_id = $1 and c.state <> 'resolved' and {{seen}}
), clocked as materialized (
    select c.*, c.waiting_since is not null and {IS_LATE} as is_late,
           c.waiting_since is not null and {PRESSES.format(now="$2")} as is_pressing
    from seen c
), failed as materialized (
    select c.id, c.team_id, c.channel_id, c.list_at
    from conversations c where c.workspace_id = $1 and c.failed_count > 0 and {{seen}}
), counted as (
    select team_id, channel_id, count(waiting_since) as waiting,
           count(*) filter (where waiting_since is not null and assignee_id is null) as waiting_unassigned,
           count(*) filter (where is_unassigned) as unassigned, count(*) filter (where is_pressing) as pressing,
           count(*) filter (where is_late) as late, count(*) filter (where is_closing) as closing,
           0 as failed, min(waiting_since) as longest_waiting_since
    from clocked group by team_id, channel_id
    union all
    select team_id, channel_id, 0, 0, 0, 0, 0, 0, count(*), null from failed group by team_id, channel_id
), groups as (
    select team_id, channel_id, sum(waiting)::int as waiting, sum(waiting_unassigned)::int as waiting_unassigned,
           sum(unassigned)::int as unassigned, sum(pressing)::int as pressing, sum(late)::int as late,
           sum(closing)::int as closing, sum(failed)::int as failed,
           min(longest_waiting_since) as longest_waiting_since
    from counted group by team_id, channel_id
), in_hand as (
    select assignee_id, count(*) as load, count(waiting_since) as waiting,
           count(*) filter (where is_pressing) as pressing, count(*) filter (where is_late) as late,
           min(waiting_since) as longest_waiting_since
    from clocked where takes_place and assignee_id is not null group by assignee_id
), people_here as (
    select a.id, coalesce(v.state, 'online') as availability, coalesce(v.reason, '') as away_reason,
           v.since as available_since, coalesce(a.capacity, $4) as capacity, coalesce(h.load, 0) as load,
           {DAY_FULL.format(day="$6", customers="$7", messages="$8")} as is_day_full,
           coalesce(h.waiting, 0) as waiting, coalesce(h.pressing, 0) as pressing, coalesce(h.late, 0) as late,
           h.longest_waiting_since, null as answered_at
    from agents a join people p on p.id = a.person_id and p.deactivated_at is null
    left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id
    left join in_hand h on h.assignee_id = a.id
    where a.workspace_id = $1 and a.deactivated_at is null
)
select json_build_object(
    'groups', (select coalesce(json_agg(g order by g.team_id, g.channel_id), '[]') from groups g),
    'agents', (select coalesce(json_agg(h order by h.id), '[]') from people_here h),
    'waiting_ids', {_WAITING_IDS},
    'closing_ids', {_CLOSING_IDS},
    'failed_ids', {_FAILED_IDS}
)::text
"""
