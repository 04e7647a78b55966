"""What routing reads and writes: who waits, who is free, who has how many, and the assignments of one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from threadline.core.contact import guess_locale
from threadline.core.content import Line, encode_content
from threadline.core.conversation import ConversationState
from threadline.core.day import Today
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Caller
from threadline.core.routing import (
    Assignment,
    AssignmentText,
    DayLimit,
    Hand,
    RoutingSettings,
    Waiting,
    primary_language,
)
from threadline.infra.phone import country_of_phone
from threadline.store.agent_days import DAY_FULL
from threadline.store.clocks import IS_WAITING
from threadline.store.connection import Connection
from threadline.store.conversations import BOTLESS, KEYS, ConversationKeys
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

MOST_ROUTED: Final = 2_000
"""So many who wait longest are looked at in one pass; those behind them have their turn when these have somebody."""
TAKES_PLACE: Final = (
    f"c.state = 'open' and (({IS_WAITING}) or c.last_activity_at > {{now}}::timestamptz - {{active}}::interval)"
)
"""`core.routing.takes_place` as SQL."""


_OWNERS_OF_WAITING: Final = (
    "select p.owner_id from conversations c join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
    f" where c.workspace_id = $1 and {IS_WAITING} and c.state = 'open' and c.assignee_id is null"
    " and p.owner_id is not null"
)


async def begin_pass(session: Session) -> None:
    """One pass at a time in a workspace: two that counted the same free place would both fill it.

    Taken before any conversation is locked, and given back with the transaction.
    """
    await (await session.raw()).execute(
        "select pg_advisory_xact_lock(hashtextextended('routing ' || $1::text, 0))", str(session.workspace_id)
    )


async def load_modes(session: Session) -> dict[UUID, Assignment]:
    """The teams whose waiting customers are given by the desk."""
    rows = await (await session.raw()).fetch(
        "select id, assignment from teams where workspace_id = $1 and deleted_at is null and assignment <> 'manual'",
        session.workspace_id,
    )
    return {row["id"]: Assignment(row["assignment"]) for row in rows}


async def load_waiting(
    session: Session, team_ids: Sequence[UUID], *, by_owner: bool, patience: timedelta, now: datetime
) -> list[Waiting]:
    """Who waits in these teams and has nobody, the longest first; `by_owner`, also whoever has an owner, wherever they
    wait. Uses `conversations_waiting`; takes no lock."""
    rows = await (await session.raw()).fetch(
        "select c.id, c.waiting_since, c.team_id, c.channel_id, ch.type as channel_type, c.taken_from,"
        " case when $4 then p.owner_id end as owner_id, c.waiting_since > $5::timestamptz as is_patient,"
        " p.locale, p.country, p.phone"
        " from conversations c"
        " join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id and ch.state <> 'disconnected'"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id and p.blocked_at is null"
        f" where c.workspace_id = $1 and {IS_WAITING} and c.state = 'open' and c.assignee_id is null"
        " and (c.team_id = any($2::uuid[]) or ($4 and p.owner_id is not null))"
        " order by c.waiting_since, c.id limit $3",
        session.workspace_id,
        list(team_ids),
        MOST_ROUTED,
        by_owner,
        now - patience,
    )
    return [_waiting(dict(row)) for row in rows]


def _waiting(row: dict[str, Any]) -> Waiting:  # a row of the database: typed by its columns
    locale, country, phone = row.pop("locale"), row.pop("country"), row.pop("phone")
    language = primary_language(locale or guess_locale(country or country_of_phone(phone)))
    return Waiting(**{**row, "language": language, "taken_from": frozenset(row["taken_from"])})


async def load_hands(
    session: Session, team_ids: Sequence[UUID], *, settings: RoutingSettings, today: Today, now: datetime
) -> list[Hand]:
    """The members of these teams who are online, with what they have in hand; where owners come first, also who owns
    somebody that waits. Uses `conversations_by_assignee`."""
    rows = await (await session.raw()).fetch(
        "select a.id, a.channel_ids, a.languages, coalesce(a.capacity, $3) as capacity, v.routed_at,"
        f" {DAY_FULL.format(day='$7', customers='$8', messages='$9')} as is_day_full,"
        " array_remove(array_agg(distinct m.team_id), null) as team_ids,"
        " (select coalesce(jsonb_object_agg(l.type, l.count), '{}')::text"
        "  from (select ch.type, count(*) as count from conversations c"
        "   join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
        "   where c.workspace_id = a.workspace_id and c.assignee_id = a.id and c.state <> 'resolved'"
        f"    and {TAKES_PLACE.format(now='$4', active='$5')} group by ch.type) l) as load"
        " from agents a left join team_members m on m.workspace_id = a.workspace_id and m.agent_id = a.id"
        "  and m.team_id = any($2::uuid[])"
        " left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id"
        " where a.workspace_id = $1 and a.deactivated_at is null"
        f" and (m.team_id is not null or ($6 and a.id = any(array({_OWNERS_OF_WAITING}))))"
        " and coalesce(v.state, 'online') = 'online'"
        " group by a.workspace_id, a.id, a.channel_ids, a.languages, a.capacity, v.routed_at"
        " order by a.id",
        session.workspace_id,
        list(team_ids),
        settings.capacity,
        now,
        timedelta(minutes=settings.active_min),
        settings.owners_first,
        today.day,
        settings.day_customers,
        settings.day_messages,
    )
    return [
        Hand(
            id=row["id"],
            team_ids=frozenset(row["team_ids"]),
            channel_ids=None if row["channel_ids"] is None else frozenset(row["channel_ids"]),
            languages=frozenset(row["languages"]),
            capacity=row["capacity"],
            load=msgspec.json.decode(row["load"], type=dict[str, int]),
            routed_at=row["routed_at"],
            is_day_full=row["is_day_full"],
        )
        for row in rows
    ]


async def lock_free(session: Session, conversation_ids: Sequence[UUID]) -> list[ConversationKeys]:
    """Those of these that still wait and have nobody, locked in the order of their ids.

    What somebody else holds is passed over: they may be taking it, and a pass after theirs sees what became of it.
    """
    rows = await (await session.raw()).fetch(
        f"select {KEYS} from conversations c where c.workspace_id = $1 and c.id = any($2::uuid[]) and {IS_WAITING}"
        " and c.state = 'open' and c.assignee_id is null order by c.id for no key update of c skip locked",
        session.workspace_id,
        list(conversation_ids),
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


async def lock_left(session: Session, *, limit: int) -> list[ConversationKeys]:
    """Conversations, snoozed ones too, in which a customer waits for somebody who is offline or gone, locked. Most
    passes find nobody away, and read one small table."""
    connection = await session.raw()
    away = await connection.fetch(
        "select a.id from agents a left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id"
        " where a.workspace_id = $1 and (a.deactivated_at is not null or v.state = 'offline')",
        session.workspace_id,
    )
    if not away:
        return []
    rows = await connection.fetch(
        f"select {KEYS} from conversations c where c.workspace_id = $1 and c.assignee_id = any($2::uuid[])"
        f" and c.state in ('open', 'snoozed') and {IS_WAITING} order by c.id limit $3"
        " for no key update of c skip locked",
        session.workspace_id,
        [row["id"] for row in away],
        limit,
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A locked conversation with what it becomes, and the line that tells it."""

    conversation: ConversationKeys
    assignee_id: UUID | None
    team_id: UUID | None
    line_id: UUID
    line: Line
    told: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """What its event says besides."""


_MOVE = """
with moved as (
    select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::text[])
        as m (id, channel_id, assignee_id, team_id, line_id, seq, content)
), written as (
    insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind, content,
                          sort_at, created_at)
    select $1, m.line_id, m.id, m.channel_id, m.seq, 'line', 'system', 'line', m.content::jsonb, $9, $9 from moved m
)
update conversations c set assignee_id = m.assignee_id, team_id = m.team_id, last_line_id = m.line_id,
    last_seq = m.seq, first_message_id = coalesce(c.first_message_id, m.line_id)
from moved m where c.workspace_id = $1 and c.id = m.id
"""


async def move(session: Session, moved: Sequence[Moved], *, now: datetime) -> None:
    """All of them and their lines in one statement, under their locks."""
    await (await session.raw()).execute(
        _MOVE,
        session.workspace_id,
        [one.conversation.id for one in moved],
        [one.conversation.channel_id for one in moved],
        [one.assignee_id for one in moved],
        [one.team_id for one in moved],
        [one.line_id for one in moved],
        [one.conversation.last_seq + 1 for one in moved],
        [encode_content(one.line).decode() for one in moved],
        now,
    )


async def note_routed(session: Session, agents: Mapping[UUID, datetime]) -> None:
    """When agents got somebody: whose turn it is next."""
    ordered = sorted(agents.items())
    await (await session.raw()).execute(
        "insert into availabilities as v (workspace_id, agent_id, state, routed_at)"
        " select $1, o.id, 'online', o.at from unnest($2::uuid[], $3::timestamptz[]) as o (id, at) order by o.id"
        " on conflict (workspace_id, agent_id) do update set routed_at = excluded.routed_at",
        session.workspace_id,
        [agent_id for agent_id, _ in ordered],
        [at for _, at in ordered],
    )


async def lock_to_place(session: Session, conversation_ids: Sequence[UUID]) -> list[tuple[ConversationKeys, UUID]]:
    """Those of these that no team has, with the team to which their channel's belong, locked in the order of ids."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS}, ch.team_id as wanted from conversations c"
        " join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
        " join teams t on t.workspace_id = ch.workspace_id and t.id = ch.team_id and t.deleted_at is null"
        " where c.workspace_id = $1 and c.id = any($2::uuid[]) and c.team_id is null and c.state <> 'resolved'"
        f" and {BOTLESS} order by c.id for no key update of c",
        session.workspace_id,
        list(conversation_ids),
    )
    found = [dict(row) for row in rows]
    return [
        (ConversationKeys(**{**row, "state": ConversationState(row["state"])}), wanted)
        for row in found
        if isinstance(wanted := row.pop("wanted"), UUID)
    ]


async def find_workspaces_to_route(connection: Connection, *, limit: int) -> list[UUID]:
    """Where somebody waits in a team whose customers the desk gives, or whose owner is online. Uses
    `conversations_by_team`, `contacts_by_owner` and `conversations_by_contact`."""
    rows = await connection.fetch(
        "select t.workspace_id from teams t where t.assignment <> 'manual' and t.deleted_at is null and exists ("
        " select from conversations c where c.workspace_id = t.workspace_id and c.team_id = t.id"
        f" and {IS_WAITING} and c.state = 'open' and c.assignee_id is null)"
        " union select p.workspace_id from contacts p"
        " join conversations c on c.workspace_id = p.workspace_id and c.contact_id = p.id"
        f" and {IS_WAITING} and c.state = 'open' and c.assignee_id is null"
        " left join availabilities v on v.workspace_id = p.workspace_id and v.agent_id = p.owner_id"
        " where p.owner_id is not null and coalesce(v.state, 'online') = 'online' limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


# --- What people see and change of it -----------------------------------------------------------------------------


class TeamRouting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    assignment: AssignmentText
    take_back_min: int | None
    """After so many minutes of silence who waits is taken from their assignee; None: never."""


class ChannelRouting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    team_id: UUID | None
    """The team to which conversations belong that begin on it; None: to none."""


class AgentRouting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    capacity: int | None
    """Their own number; None: the workspace's."""
    languages: list[str]
    """In which they answer customers, by their codes; none: nobody said."""
    load: int
    """How many take a place now. More than they can bear: customers who wrote again stay with them."""
    day_customers: int
    """Customers to whom they wrote today, by the clock of the workspace, as far as the caller sees them."""
    day_messages: int
    day_limit: DayLimit
    """Their own numbers."""
    is_day_full: bool
    """They have had enough for today, also by what the caller does not see."""


async def list_team_routing(session: Session) -> list[TeamRouting]:
    rows = await (await session.raw()).fetch(
        "select id, assignment, take_back_min from teams where workspace_id = $1 and deleted_at is null"
        " order by name_key",
        session.workspace_id,
    )
    return [TeamRouting(**row) for row in rows]


async def list_channel_routing(session: Session) -> list[ChannelRouting]:
    rows = await (await session.raw()).fetch(
        "select c.id, t.id as team_id from channels c"
        " left join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id and t.deleted_at is null"
        " where c.workspace_id = $1 and c.state <> 'disconnected' order by c.id",
        session.workspace_id,
    )
    return [ChannelRouting(**row) for row in rows]


async def list_agent_routing(
    session: Session, caller: Caller, *, settings: RoutingSettings, today: Today, now: datetime
) -> list[AgentRouting]:
    """Of everybody who works here, as far as the caller sees their conversations (S5).

    Reads the messages of today once.
    """
    arguments = Arguments(
        caller.workspace_id,
        first_uuid7_at(today.began_at),
        today.began_at,
        now,
        timedelta(minutes=settings.active_min),
        today.day,
        settings.day_customers,
        settings.day_messages,
    )
    seen = visible(caller.visibility, "c", arguments)
    rows = await (await session.raw()).fetch(
        "with today as (select m.author_id, count(distinct c.contact_id) as customers, count(*) as messages"
        " from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        " where m.workspace_id = $1 and m.id >= $2 and m.direction = 'outgoing' and m.author_kind = 'agent'"
        f" and m.sort_at >= $3 and {seen} group by m.author_id)"
        " select a.id, a.capacity, a.languages, coalesce(t.customers, 0) as day_customers,"
        " coalesce(t.messages, 0) as day_messages, a.day_customers as own_customers, a.day_messages as own_messages,"
        f" {DAY_FULL.format(day='$6', customers='$7', messages='$8')} as is_day_full,"
        " (select count(*) from conversations c where c.workspace_id = a.workspace_id and c.assignee_id = a.id"
        f"  and c.state <> 'resolved' and {TAKES_PLACE.format(now='$4', active='$5')} and {seen}) as load"
        " from agents a left join today t on t.author_id = a.id"
        " where a.workspace_id = $1 and a.deactivated_at is null order by a.id",
        *arguments.values,
    )
    return [_agent_routing(dict(row)) for row in rows]


def _agent_routing(row: dict[str, Any]) -> AgentRouting:  # a row of the database: typed by its columns
    limit = DayLimit(customers=row.pop("own_customers"), messages=row.pop("own_messages"))
    return AgentRouting(**row, day_limit=limit)


class AgentLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody should know before they give an agent one more."""

    id: UUID
    capacity: int
    load: int
    """How many take a place now, as far as the caller sees them."""
    is_day_full: bool
    """They have had enough for today, also by what the caller does not see."""


async def list_agent_loads(
    session: Session, caller: Caller, *, settings: RoutingSettings, today: Today, now: datetime
) -> list[AgentLoad]:
    """Of everybody who works here (S5). Uses `conversations_by_assignee`; reads no messages."""
    arguments = Arguments(
        caller.workspace_id,
        now,
        timedelta(minutes=settings.active_min),
        settings.capacity,
        today.day,
        settings.day_customers,
        settings.day_messages,
    )
    seen = visible(caller.visibility, "c", arguments)
    rows = await (await session.raw()).fetch(
        "select a.id, coalesce(a.capacity, $4) as capacity,"
        " (select count(*) from conversations c where c.workspace_id = a.workspace_id and c.assignee_id = a.id"
        f"  and c.state <> 'resolved' and {TAKES_PLACE.format(now='$2', active='$3')} and {seen}) as load,"
        f" {DAY_FULL.format(day='$5', customers='$6', messages='$7')} as is_day_full"
        " from agents a where a.workspace_id = $1 and a.deactivated_at is null order by a.id",
        *arguments.values,
    )
    return [AgentLoad(**row) for row in rows]


async def set_assignment(session: Session, team_id: UUID, assignment: Assignment) -> bool:
    """False if there is no such team."""
    return bool(
        await (await session.raw()).fetchval(
            "update teams set assignment = $3 where workspace_id = $1 and id = $2 and deleted_at is null"
            " returning true",
            session.workspace_id,
            team_id,
            assignment.value,
        )
    )


async def set_take_back(session: Session, team_id: UUID, after_min: int | None) -> None:
    """Of a team that is here. None: never."""
    await (await session.raw()).execute(
        "update teams set take_back_min = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        team_id,
        after_min,
    )


async def set_channel_team(session: Session, channel_id: UUID, team_id: UUID | None) -> bool:
    """False if there is no such channel."""
    return bool(
        await (await session.raw()).fetchval(
            "update channels set team_id = $3 where workspace_id = $1 and id = $2 returning true",
            session.workspace_id,
            channel_id,
            team_id,
        )
    )


async def set_capacity(session: Session, agent_id: UUID, capacity: int | None) -> bool:
    """False if there is no such agent. None: the workspace's number."""
    return bool(
        await (await session.raw()).fetchval(
            "update agents set capacity = $3 where workspace_id = $1 and id = $2 returning true",
            session.workspace_id,
            agent_id,
            capacity,
        )
    )


async def set_day_limit(session: Session, agent_id: UUID, limit: DayLimit) -> bool:
    """False if there is no such agent."""
    return bool(
        await (await session.raw()).fetchval(
            "update agents set day_customers = $3, day_messages = $4 where workspace_id = $1 and id = $2"
            " returning true",
            session.workspace_id,
            agent_id,
            limit.customers,
            limit.messages,
        )
    )


async def list_day_limits(session: Session) -> dict[UUID, DayLimit]:
    rows = await (await session.raw()).fetch(
        "select id, day_customers, day_messages from agents where workspace_id = $1", session.workspace_id
    )
    return {row["id"]: DayLimit(customers=row["day_customers"], messages=row["day_messages"]) for row in rows}


async def set_languages(session: Session, agent_id: UUID, languages: Sequence[str]) -> bool:
    """False if there is no such agent."""
    return bool(
        await (await session.raw()).fetchval(
            "update agents set languages = $3 where workspace_id = $1 and id = $2 returning true",
            session.workspace_id,
            agent_id,
            list(languages),
        )
    )


async def list_agent_languages(session: Session) -> dict[UUID, list[str]]:
    rows = await (await session.raw()).fetch(
        "select id, languages from agents where workspace_id = $1", session.workspace_id
    )
    return {row["id"]: row["languages"] for row in rows}


async def list_agent_capacities(session: Session) -> dict[UUID, int]:
    """Of those who have a number of their own."""
    rows = await (await session.raw()).fetch(
        "select id, capacity from agents where workspace_id = $1 and capacity is not null", session.workspace_id
    )
    return {row["id"]: row["capacity"] for row in rows}
