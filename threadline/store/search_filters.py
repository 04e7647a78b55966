"""The operators of a search as conditions: names become ids here, once for all parts of the answer."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID

from threadline.core.filter import FIELDS, Asker, Condition, Fields, Filter, Group, Kind
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Caller
from threadline.core.search_contact import parts_of
from threadline.core.search_fields import NAMED, operator_fields, read_value
from threadline.core.search_lexemes import (
    agent_lexeme,
    channel_lexeme,
    direction_lexeme,
    has_lexeme,
    query,
)
from threadline.core.search_query import DIRECTIONS, STATES, Asked, SearchQuery, names_like
from threadline.store.connection import Connection
from threadline.store.filters import asks_about, filter_sql
from threadline.store.search_called import find_called
from threadline.store.search_look_ups import FIRST_ID, LAST_ID
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

_MOST_SENDERS: Final = 200
_MARGIN: Final = timedelta(hours=1)
"""Ids are made at receipt, up to ten minutes after the time by which a thread is sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`None` of a group: nothing was asked. An empty group: nothing is called so, and nothing is found."""

    states: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()
    assignee_id: UUID | None = None
    """Who asks, if they ask for what is theirs."""
    is_unassigned: bool = False
    channel_ids: list[UUID] | None = None
    label_ids: list[UUID] | None = None
    agent_ids: list[UUID] | None = None
    sender_contact_ids: list[UUID] | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    asked: Filter = field(default_factory=Group)
    """What the operators of the registry ask, all of it."""
    fields: Fields = field(default_factory=lambda: FIELDS)
    asker: Asker | None = None
    """Who asks that, and when."""
    unknown: tuple[tuple[str, str], ...] = field(default=())
    """(operator, value): nothing is called so."""
    problems: tuple[tuple[str, str], ...] = field(default=())
    """(operator, value): left out, for it says nothing."""

    @property
    def finds_nothing(self) -> bool:
        return bool(self.unknown)

    @property
    def first_id(self) -> UUID:
        return FIRST_ID if self.from_at is None else first_uuid7_at(self.from_at - _MARGIN)

    @property
    def last_id(self) -> UUID:
        return LAST_ID if self.to_at is None else first_uuid7_at(self.to_at + _MARGIN)


async def read_filters(
    session: Session, caller: Caller, wanted: SearchQuery, *, fields: Fields, zone: tzinfo, now: datetime
) -> Filters:
    """Looks up who and what is called so, among the workspace's own. `fields` are those that `wanted` was read with."""
    connection = await session.raw()
    unknown: list[tuple[str, str]] = []
    channel_ids = label_ids = None
    if wanted.channels:
        channels = await connection.fetch(
            "select id, name, display_address, type from channels where workspace_id = $1", caller.workspace_id
        )
        named = [
            (str(row["id"]), row[key])
            for row in channels
            for key in ("name", "display_address", "type")
            if caller.visibility.has_channel(row["id"])
        ]
        channel_ids = _named("channel", wanted.channels, named, unknown)
    if wanted.labels:
        labels = await connection.fetch(
            "select id, name from labels where workspace_id = $1 and deleted_at is null", caller.workspace_id
        )
        label_ids = _named("label", wanted.labels, [(str(row["id"]), row["name"]) for row in labels], unknown)
    senders = await _read_senders(connection, caller, wanted.senders, unknown)
    problems: list[tuple[str, str]] = []
    asked = await _read_asked(connection, caller, wanted.asked, fields, zone, now, unknown, problems)
    directions = {one for one in wanted.states if one in DIRECTIONS} | senders.directions
    return Filters(
        states=frozenset(one for one in wanted.states if one in STATES),
        directions=frozenset(directions),
        assignee_id=caller.agent_id if "mine" in wanted.states else None,
        is_unassigned="unassigned" in wanted.states,
        channel_ids=channel_ids,
        label_ids=label_ids,
        agent_ids=senders.agent_ids,
        sender_contact_ids=senders.contact_ids,
        from_at=_midnight(wanted.after, zone),
        to_at=_midnight(wanted.before, zone),
        asked=asked,
        fields=fields,
        asker=Asker(now, caller.agent_id),
        unknown=tuple(unknown),
        problems=tuple(problems),
    )


async def _read_asked(
    connection: Connection,
    caller: Caller,
    asked: Sequence[Asked],
    fields: Fields,
    zone: tzinfo,
    now: datetime,
    unknown: list[tuple[str, str]],
    problems: list[tuple[str, str]],
) -> Filter:
    """Of one operator several values: any of them; of several operators all."""
    words = operator_fields(fields)
    named = await _names(connection, caller, {words[one.word].kind for one in asked} & NAMED)
    groups: dict[str, list[Condition | Group]] = {}
    for one in asked:
        found = read_value(words[one.word], one.value, today=now.astimezone(zone).date(), zone=zone, named=named)
        match found:
            case "not_understood":
                problems.append((one.word, one.value))
            case "nothing_called_so":
                unknown.append((one.word, one.value))
            case _:
                groups.setdefault(one.word, []).append(Group(match="all", of=tuple(found)))
    return Group(match="all", of=tuple(Group(match="any", of=tuple(group)) for group in groups.values()))


_NAMES: Final[dict[Kind, str]] = {
    Kind.AGENT: "select a.id, p.name from agents a join people p on p.id = a.person_id where a.workspace_id = $1",
    Kind.TEAM: "select id, name from teams where workspace_id = $1 and deleted_at is null",
    Kind.STAGE: "select id, name from stages where workspace_id = $1 and deleted_at is null",
    Kind.COMPANY: "select id, name from companies where workspace_id = $1 and deleted_at is null",
    Kind.CHANNEL: "select id, name from channels where workspace_id = $1",
    Kind.LABELS: "select id, name from labels where workspace_id = $1 and deleted_at is null and kind = 'contact'",
}
"""Labels of conversations have an operator that a search reads in its own way."""


async def _names(connection: Connection, caller: Caller, kinds: Set[Kind]) -> dict[Kind, list[tuple[str, str]]]:
    named: dict[Kind, list[tuple[str, str]]] = {}
    for kind in kinds:
        rows = await connection.fetch(_NAMES[Kind.AGENT if kind is Kind.AGENTS else kind], caller.workspace_id)
        named[kind] = [(str(row["id"]), row["name"]) for row in rows]
    return named


def _named(
    operator: str, wanted: Sequence[str], named: Sequence[tuple[str, str]], unknown: list[tuple[str, str]]
) -> list[UUID]:
    found: list[UUID] = []
    for value in wanted:
        ids = names_like(value, named)
        found.extend(UUID(id) for id in ids)
        if not ids:
            unknown.append((operator, value))
    return list(dict.fromkeys(found))


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


@dataclass(slots=True)
class _Senders:
    agent_ids: list[UUID] | None = None
    contact_ids: list[UUID] | None = None
    directions: set[str] = field(default_factory=set[str])


async def _read_senders(
    connection: Connection, caller: Caller, wanted: Sequence[str], unknown: list[tuple[str, str]]
) -> _Senders:
    senders = _Senders()
    for value in wanted:
        match value.lower():
            case "customer":
                senders.directions.add("incoming")
            case "us":
                senders.directions |= {"outgoing", "note"}
            case "me" if caller.agent_id is not None:
                senders.agent_ids = [*(senders.agent_ids or ()), caller.agent_id]
            case _:
                agent_ids = await _agents_called(connection, caller, value)
                contact_ids = await _contacts_called(connection, caller, value)
                senders.agent_ids = [*(senders.agent_ids or ()), *agent_ids]
                senders.contact_ids = [*(senders.contact_ids or ()), *contact_ids]
                if not agent_ids and not contact_ids:
                    unknown.append(("from", value))
    return senders


async def _agents_called(connection: Connection, caller: Caller, name: str) -> list[UUID]:
    rows = await connection.fetch(
        "select a.id, p.name from agents a join people p on p.id = a.person_id where a.workspace_id = $1",
        caller.workspace_id,
    )
    return [UUID(id) for id in names_like(name, [(str(row["id"]), row["name"]) for row in rows])]


async def _contacts_called(connection: Connection, caller: Caller, name: str) -> list[UUID]:
    """Among those whom the caller sees: that nothing is called so must not tell who is a customer of others."""
    parts = parts_of([(name, True)], sees_numbers=caller.clearance.sees_addresses)
    ids = await find_called(connection, caller, parts, most=_MOST_SENDERS, walked=0)
    if caller.visibility.is_whole or not ids:
        return ids
    arguments = Arguments(caller.workspace_id, ids)
    rows = await connection.fetch(
        "select distinct c.contact_id from conversations c where c.workspace_id = $1"
        f" and c.contact_id = any($2::uuid[]) and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    seen = {row["contact_id"] for row in rows}
    return [id for id in ids if id in seen]


def message_query(caller: Caller, wanted: SearchQuery, filters: Filters) -> str | None:
    """The words and whatever else the index of messages knows. None: it is asked nothing."""
    senders = [agent_lexeme(agent_id) for agent_id in filters.agent_ids or ()]
    if senders and filters.sender_contact_ids:
        senders.append(direction_lexeme("incoming"))
    return query(
        caller.workspace_id,
        wanted.wanted.terms,
        senders,
        [direction_lexeme(one) for one in sorted(filters.directions)],
        [channel_lexeme(channel_id) for channel_id in filters.channel_ids or ()],
        *([has_lexeme(one)] for one in wanted.has),
    )


def on_message(filters: Filters, arguments: Arguments) -> list[str]:
    """Conditions on `m` and its conversation `c` that the words do not settle."""
    conditions = on_conversation(filters, arguments, with_times=False, with_channels=False)
    if filters.from_at is not None:
        conditions.append(f"m.sort_at >= {arguments.add(filters.from_at)}")
    if filters.to_at is not None:
        conditions.append(f"m.sort_at < {arguments.add(filters.to_at)}")
    if filters.sender_contact_ids:
        contacts = arguments.add(filters.sender_contact_ids)
        agents = arguments.add(filters.agent_ids or [])
        conditions.append(
            f"((m.direction = 'incoming' and c.contact_id = any({contacts}::uuid[]))"
            f" or (m.author_kind = 'agent' and m.author_id = any({agents}::uuid[])))"
        )
    return conditions


def on_conversation(
    filters: Filters, arguments: Arguments, *, with_times: bool = True, with_channels: bool = True
) -> list[str]:
    """Conditions on `c`."""
    conditions: list[str] = []
    if filters.asked.of:
        conditions.append(_asked_sql(filters, arguments))
    if filters.states:
        conditions.append(f"c.state = any({arguments.add(sorted(filters.states))}::text[])")
    if filters.assignee_id is not None:
        conditions.append(f"c.assignee_id = {arguments.add(filters.assignee_id)}")
    if filters.is_unassigned:
        conditions.append("c.assignee_id is null")
    if filters.label_ids is not None:
        labels = arguments.add(filters.label_ids)
        conditions.append(
            "(exists (select from conversation_labels l where l.workspace_id = c.workspace_id"
            f" and l.conversation_id = c.id and l.label_id = any({labels}::uuid[]))"
            " or exists (select from contact_labels l where l.workspace_id = c.workspace_id"
            f" and l.contact_id = c.contact_id and l.label_id = any({labels}::uuid[])))"
        )
    if with_channels and filters.channel_ids is not None:
        conditions.append(f"c.channel_id = any({arguments.add(filters.channel_ids)}::uuid[])")
    if with_times and filters.from_at is not None:
        conditions.append(f"c.last_activity_at >= {arguments.add(filters.from_at)}")
    if with_times and filters.to_at is not None:
        conditions.append(f"c.last_activity_at < {arguments.add(filters.to_at)}")
    return conditions


def _asked_sql(filters: Filters, arguments: Arguments) -> str:
    """What a search asks beside the words; the contact is looked up only where it is asked about."""
    assert filters.asker is not None  # what is asked, somebody asks
    condition = filter_sql(filters.asked, asker=filters.asker, arguments=arguments, fields=filters.fields)
    if not asks_about(filters.asked, "contact", filters.fields):
        return condition
    return (
        f"exists (select from contacts p where p.workspace_id = c.workspace_id and p.id = c.contact_id and {condition})"
    )
