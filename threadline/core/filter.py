"""Filters: the one registry of fields and operators, and what a filter of them matches.

Views, segments, search, rules and SLA conditions all speak of these fields. A filter is a group of conditions, all or
any of which must hold, with groups inside; its values travel as text, as a screen or a file holds them. `matches` says
whether one conversation or contact is meant, by its facts alone; store/filters.py asks the database the same question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, assert_never
from uuid import UUID

import msgspec

from threadline.core.contact import COUNTRIES
from threadline.core.conversation import ConversationState
from threadline.core.errors import Invalid
from threadline.core.field import Field as OwnField
from threadline.core.field import FieldOwner, FieldType
from threadline.core.letters import fold_text
from threadline.core.personal import DOTS, mask_address


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    """Several of its options at once."""
    TIME = "time"
    LABELS = "labels"
    AGENT = "agent"
    AGENTS = "agents"
    TEAM = "team"
    CHANNEL = "channel"
    STAGE = "stage"
    COMPANY = "company"
    COUNTRY = "country"
    """By its two letters; what it is called, each screen knows in its reader's language."""
    BOOLEAN = "boolean"


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    STARTS_WITH = "starts_with"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANY_OF = "any_of"
    ALL_OF = "all_of"
    NONE_OF = "none_of"
    IN_LAST = "in_last"
    """Within a span before now."""
    LONGER_AGO = "longer_ago"
    IN_NEXT = "in_next"
    LATER_THAN = "later_than"
    """More than a span after now."""
    BEFORE = "before"
    AFTER = "after"
    YES = "yes"
    NO = "no"
    EMPTY = "empty"
    PRESENT = "present"


class Use(StrEnum):
    """Who asks with filters."""

    VIEWS = "views"
    SEGMENTS = "segments"
    SEARCH = "search"
    RULES = "rules"
    SLA = "sla"


Subject = Literal["conversation", "contact"]

ME: Final = "me"
"""In the place of an agent: whoever looks."""

OPERATORS: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    Kind.TEXT: (Operator.CONTAINS, Operator.CONTAINS_NOT, Operator.IS, Operator.IS_NOT, Operator.STARTS_WITH),
    Kind.NUMBER: (Operator.AT_LEAST, Operator.AT_MOST, Operator.IS, Operator.IS_NOT),
    Kind.CHOICE: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.CHOICES: (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF),
    Kind.TIME: (
        Operator.IN_LAST,
        Operator.LONGER_AGO,
        Operator.IN_NEXT,
        Operator.LATER_THAN,
        Operator.BEFORE,
        Operator.AFTER,
    ),
    Kind.LABELS: (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF),
    Kind.AGENT: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.AGENTS: (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF),
    Kind.TEAM: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.CHANNEL: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.STAGE: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.COMPANY: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.COUNTRY: (Operator.ANY_OF, Operator.NONE_OF),
    Kind.BOOLEAN: (Operator.YES, Operator.NO),
}
"""What can be asked of each kind, the likeliest first. What may be empty can be asked for that, too."""

WITHOUT_VALUE: Final = frozenset({Operator.YES, Operator.NO, Operator.EMPTY, Operator.PRESENT})
SPANS: Final = frozenset({Operator.IN_LAST, Operator.LONGER_AGO, Operator.IN_NEXT, Operator.LATER_THAN})
_SEVERAL: Final = frozenset({Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF})

MOST_CONDITIONS: Final = 30
MOST_VALUES: Final = 50
DEEPEST: Final = 3
LONGEST_TEXT: Final = 100

_EVERYWHERE: Final = frozenset(Use)
_OF_CONVERSATIONS: Final = frozenset(Use) - {Use.SEGMENTS}
_OF_WHO_LOOKS: Final = frozenset({Use.VIEWS, Use.SEARCH})


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be asked of a conversation or contact."""

    id: str
    subject: Subject
    kind: Kind
    word: str
    """How a search names it: `label:refund`."""
    options: tuple[str, ...] = ()
    """What a choice may be."""
    is_optional: bool = False
    """May be empty."""
    is_personal: bool = False
    """Numbers or addresses of people: masked from those who may not see them."""
    is_masked: bool = False
    """Masked from the one who asks: a whole one can be asked for, and nothing that would tell a part."""
    uses: frozenset[Use]
    name: str = ""
    """Of a field that a workspace made; the others are named by the screen."""
    option_names: tuple[str, ...] = ()
    """Beside `options`, where a workspace named them."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        if self.is_masked and self.is_personal:
            return (Operator.IS, Operator.IS_NOT, *((Operator.EMPTY, Operator.PRESENT) if self.is_optional else ()))
        return (*OPERATORS[self.kind], *((Operator.EMPTY, Operator.PRESENT) if self.is_optional else ()))


def _conversation(
    id: str, kind: Kind, word: str, *, is_own: bool = False, is_promise: bool = False, **more: object
) -> Field:
    """`is_own`: differs with who looks, so that neither a rule nor a clock can ask for it. `is_promise`: says what a
    service level promised, so that none can ask for it."""
    uses = _OF_WHO_LOOKS if is_own else _OF_CONVERSATIONS - {Use.SLA} if is_promise else _OF_CONVERSATIONS
    return msgspec.convert(
        {"id": id, "subject": "conversation", "kind": kind, "word": word, "uses": uses, **more}, Field
    )


def _contact(id: str, kind: Kind, word: str, **more: object) -> Field:
    return msgspec.convert(
        {"id": id, "subject": "contact", "kind": kind, "word": word, "uses": _EVERYWHERE, **more}, Field
    )


Fields = Mapping[str, Field]

FIELDS: Final[Fields] = {
    field.id: field
    for field in (
        _conversation("state", Kind.CHOICE, "is", options=tuple(ConversationState)),
        _conversation("assignee", Kind.AGENT, "assignee", is_optional=True),
        _conversation("team", Kind.TEAM, "team", is_optional=True),
        _conversation("channel", Kind.CHANNEL, "channel"),
        _conversation("stage", Kind.STAGE, "stage", is_optional=True),
        _conversation("label", Kind.LABELS, "label", is_optional=True),
        _conversation("priority", Kind.CHOICE, "priority", options=("0", "1", "2", "3")),
        _conversation("waiting", Kind.BOOLEAN, "waiting"),
        _conversation("waiting_since", Kind.TIME, "waits", is_optional=True),
        _conversation("paused", Kind.BOOLEAN, "paused"),
        _conversation("due_at", Kind.TIME, "dueby", is_optional=True, is_promise=True),
        _conversation("pressing", Kind.BOOLEAN, "pressing", is_promise=True),
        _conversation("late", Kind.BOOLEAN, "late", is_promise=True),
        _conversation("left_waiting", Kind.BOOLEAN, "leftwaiting"),
        _conversation("unread", Kind.BOOLEAN, "unread", is_own=True),
        _conversation("followed", Kind.BOOLEAN, "followed", is_own=True),
        _conversation("follower", Kind.AGENTS, "follower", is_optional=True),
        _conversation("mentioned", Kind.AGENTS, "mentioned", is_optional=True),
        _conversation("draft", Kind.BOOLEAN, "draft", is_own=True),
        _conversation("pinned", Kind.BOOLEAN, "pinned", is_own=True),
        _conversation("woken", Kind.BOOLEAN, "woken"),
        _conversation("task", Kind.BOOLEAN, "task"),
        _conversation("task_due", Kind.TIME, "due", is_optional=True),
        _conversation("not_delivered", Kind.BOOLEAN, "failed"),
        _conversation("scheduled", Kind.BOOLEAN, "scheduled"),
        _conversation("held", Kind.BOOLEAN, "held"),
        _conversation("window_closes", Kind.TIME, "window", is_optional=True),
        _conversation("last_activity", Kind.TIME, "active"),
        _conversation("created", Kind.TIME, "created"),
        _conversation("snoozed_until", Kind.TIME, "snoozed", is_optional=True),
        _conversation("resolved_at", Kind.TIME, "resolved", is_optional=True),
        _conversation("received", Kind.NUMBER, "received"),
        _conversation("last_received", Kind.TIME, "heard", is_optional=True),
        _conversation("hours_now", Kind.BOOLEAN, "hours"),
        _conversation("hours_heard", Kind.BOOLEAN, "inhours"),
        _contact("contact.name", Kind.TEXT, "name", is_optional=True),
        _contact("contact.phone", Kind.TEXT, "phone", is_optional=True, is_personal=True),
        _contact("contact.handle", Kind.TEXT, "handle", is_optional=True, is_personal=True),
        _contact("contact.email", Kind.TEXT, "email", is_optional=True, is_personal=True),
        _contact("contact.vip", Kind.BOOLEAN, "vip"),
        _contact("contact.language", Kind.TEXT, "language", is_optional=True),
        _contact("contact.country", Kind.COUNTRY, "country", options=COUNTRIES, is_optional=True),
        _contact("contact.time_zone", Kind.TEXT, "zone", is_optional=True),
        _contact("contact.opted_out", Kind.BOOLEAN, "optout"),
        _contact("contact.blocked", Kind.BOOLEAN, "blocked"),
        _contact("contact.muted", Kind.BOOLEAN, "muted"),
        _contact("contact.label", Kind.LABELS, "tag", is_optional=True),
        _contact("contact.company", Kind.COMPANY, "company", is_optional=True),
        _contact("contact.owner", Kind.AGENT, "owner", is_optional=True),
        _contact("contact.created", Kind.TIME, "since"),
        _contact("contact.last_received", Kind.TIME, "lastheard", is_optional=True),
        _contact("contact.conversations", Kind.NUMBER, "conversations"),
        _contact("contact.in_work", Kind.BOOLEAN, "inwork"),
    )
}
"""Every field of every workspace. `received` is how many messages the customer sent in this conversation.

`hours_now` and `hours_heard`: whether it is open by the hours that the conversation goes by, now and when the customer
last wrote – for who never did, when it began.

What lies ahead – a window's end, a snooze, a task – is asked for within the next span, the rest within the last one.
"""
AHEAD: Final = frozenset({"window_closes", "snoozed_until", "task_due", "due_at"})


class Condition(msgspec.Struct, frozen=True, kw_only=True, tag="condition", tag_field="kind"):
    field: str
    operator: Operator
    values: tuple[str, ...] = ()
    """Ids, `me`, options, numbers, RFC 3339 times, or spans (`90m`, `4h`, `3d`), by field and operator."""


class Group(msgspec.Struct, frozen=True, kw_only=True, tag="group", tag_field="kind"):
    match: Literal["all", "any"] = "all"
    of: tuple["Condition | Group", ...] = ()
    """Nothing in it: everything matches."""


Filter = Group
_EVERY_STATE: Final = frozenset(ConversationState)

Operand = str | Decimal | datetime | timedelta | UUID
Fact = str | int | Decimal | bool | datetime | UUID | frozenset[UUID] | frozenset[str] | None
Facts = Mapping[str, Fact]
"""What is so of one conversation or contact, by the id of the field."""


def custom_field(field: OwnField) -> Field:
    """A field that a workspace made, as filters ask it. What is known of a company is asked of its contacts."""
    kind = _KINDS[field.type]
    make = _conversation if field.owner == "conversation" else _contact
    return make(
        f"{OWN_PREFIXES[field.owner]}{field.id}",
        kind,
        word_of_name(field.name),
        name=field.name,
        options=tuple(option.id for option in field.options),
        option_names=tuple(option.name for option in field.options),
        is_optional=kind is not Kind.BOOLEAN,
        is_personal=field.type in (FieldType.EMAIL, FieldType.PHONE),
    )


def word_of_name(name: str) -> str:
    """How a search names a field that people named: `Order no.` is `order-no`. Empty if nothing of it is a word."""
    return "-".join(_WORDS.findall(fold_text(name)))


_WORDS: Final = re.compile(r"\w+")

OWN_PREFIXES: Final[Mapping[FieldOwner, str]] = {
    "conversation": "custom.",
    "contact": "contact.custom.",
    "company": "company.custom.",
}
"""What stands before the id of a field that a workspace made."""
_KINDS: Final[Mapping[FieldType, Kind]] = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.LINK: Kind.TEXT,
    FieldType.EMAIL: Kind.TEXT,
    FieldType.PHONE: Kind.TEXT,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.DATE: Kind.TIME,
    FieldType.CHOICE: Kind.CHOICE,
    FieldType.CHOICES: Kind.CHOICES,
    FieldType.BOOLEAN: Kind.BOOLEAN,
}


def masked_values(filter: Filter, fields: Fields) -> Filter:
    """A filter of a colleague's as those see it who may see no numbers: it may ask for one."""
    parts = [
        masked_values(one, fields)
        if isinstance(one, Group)
        else msgspec.structs.replace(one, values=tuple(mask_address(value) for value in one.values))
        if one.field in fields and (fields[one.field].is_personal or one.field == "contact.name")
        else one
        for one in filter.of
    ]
    return msgspec.structs.replace(filter, of=tuple(parts))


_OF_PARTS: Final = frozenset({Operator.CONTAINS, Operator.CONTAINS_NOT, Operator.STARTS_WITH})
_TELLING: Final = re.compile(r"\d|@")


def masked(fields: Fields) -> Fields:
    """What may be asked by those who may see no numbers. A name is among it: often it is nothing but a number."""
    return {
        id: msgspec.structs.replace(field, is_masked=True) if field.is_personal or id == "contact.name" else field
        for id, field in fields.items()
    }


@dataclass(frozen=True, slots=True)
class Asker:
    """When a filter is asked, and by whom: nobody in particular for rules and clocks."""

    now: datetime
    agent_id: UUID | None = None


def fields_for(use: Use, fields: Fields = FIELDS) -> dict[str, Field]:
    return {id: field for id, field in fields.items() if use in field.uses}


def conditions_of(filter: Filter) -> list[Condition]:
    """All of them, from left to right."""
    found: list[Condition] = []
    for one in filter.of:
        found.extend([one] if isinstance(one, Condition) else conditions_of(one))
    return found


def states_of(filter: Filter) -> frozenset[ConversationState]:
    """The states in which a conversation can match at all: where to look, and where not."""
    parts = [_states_of(one) if isinstance(one, Condition) else states_of(one) for one in filter.of]
    if filter.match == "all" or not parts:
        return _EVERY_STATE.intersection(*parts)
    return parts[0].union(*parts)


def _states_of(condition: Condition) -> frozenset[ConversationState]:
    match condition.field, condition.operator:
        case "state", Operator.ANY_OF:
            return _EVERY_STATE.intersection(map(ConversationState, condition.values))
        case "state", Operator.NONE_OF:
            return _EVERY_STATE.difference(map(ConversationState, condition.values))
        case "waiting", Operator.YES:
            return _EVERY_STATE - {ConversationState.RESOLVED}
        case "resolved_at", operator if operator is not Operator.EMPTY:
            return frozenset({ConversationState.RESOLVED})
        case "snoozed_until", operator if operator is not Operator.EMPTY:
            return frozenset({ConversationState.SNOOZED})
        case _:
            return _EVERY_STATE


def check_filter(filter: Filter, *, use: Use, fields: Fields = FIELDS) -> None:
    """Raises Invalid: a field that is not there (any more), a question that does not suit it, a value that is none."""
    if len(conditions_of(filter)) > MOST_CONDITIONS or _depth(filter) > DEEPEST:
        raise Invalid(
            f"A filter has at most {MOST_CONDITIONS} conditions, in groups of {DEEPEST} levels.",
            field="filter",
            reason="filter_too_large",
            values={"limit": str(MOST_CONDITIONS), "levels": str(DEEPEST)},
        )
    for condition in conditions_of(filter):
        field = fields.get(condition.field)
        if field is None or use not in field.uses:
            raise Invalid("A field of this filter does not exist any more.", field="filter", reason="filter_field_gone")
        if condition.operator not in field.operators:
            raise Invalid("This cannot be asked of this field.", field="filter", reason="filter_operator")
        is_of_parts = condition.operator in _OF_PARTS and any(map(_TELLING.search, condition.values))
        if field.is_masked and (is_of_parts or any(DOTS in value for value in condition.values)):
            raise Invalid(
                "You do not see the numbers of customers, so a filter cannot look for parts of them.",
                field="filter",
                reason="filter_masked",
            )
        if ME in condition.values and use in (Use.RULES, Use.SLA):
            raise Invalid("A rule runs for nobody in particular: name a person.", field="filter", reason="filter_no_me")
        operands(field, condition, agent_id=None)


def operands(field: Field, condition: Condition, *, agent_id: UUID | None) -> list[Operand]:
    """The values of a condition as what they mean. Raises Invalid.

    `me` stands for this agent; without one it is nobody and drops out.
    """
    values, operator = condition.values, condition.operator
    most = 0 if operator in WITHOUT_VALUE else MOST_VALUES if operator in _SEVERAL else 1
    if len(values) > most or (most and not values):
        raise _no_value()
    if field.kind in (Kind.AGENT, Kind.AGENTS):
        return [found for value in values if (found := agent_id if value == ME else _id(value)) is not None]
    return [_operand(field, operator, value) for value in values]


def matches(filter: Filter, facts: Facts, *, asker: Asker, fields: Fields = FIELDS) -> bool:
    """Whether the conversation or contact of these facts is meant. A field that is gone matches nothing.

    Raises KeyError if a fact is missing that is asked for: what loads facts loads all of them.
    """
    results = (
        _holds(one, facts, asker, fields)
        if isinstance(one, Condition)
        else matches(one, facts, asker=asker, fields=fields)
        for one in filter.of
    )
    return all(results) if filter.match == "all" or not filter.of else any(results)


def _holds(condition: Condition, facts: Facts, asker: Asker, fields: Fields) -> bool:
    field = fields.get(condition.field)
    if field is None:
        return False
    fact = facts[field.id]
    match condition.operator:
        case Operator.EMPTY:
            return is_empty(fact)
        case Operator.PRESENT:
            return not is_empty(fact)
        case Operator.YES | Operator.NO:
            return bool(fact) is (condition.operator is Operator.YES)
        case _:
            return compare(condition.operator, fact, operands(field, condition, agent_id=asker.agent_id), asker.now)


def compare(operator: Operator, fact: Fact, wanted: Sequence[Operand], now: datetime) -> bool:
    """What is empty is not this, does not contain that, and is none of those; to every other question it says no."""
    if operator in (Operator.IS_NOT, Operator.CONTAINS_NOT, Operator.NONE_OF):
        return not compare(_OPPOSITE[operator], fact, wanted, now)
    if is_empty(fact):
        return False
    match fact:
        case frozenset():
            return fact.issuperset(wanted) if operator is Operator.ALL_OF else not fact.isdisjoint(wanted)
        case datetime():
            return _compare_time(operator, fact, wanted[0], now)
        case str() if operator is not Operator.ANY_OF:
            return _compare_text(operator, fold_text(fact), fold_text(str(wanted[0])))
        case int() | Decimal() if operator in (Operator.AT_LEAST, Operator.AT_MOST):
            limit = wanted[0]
            assert isinstance(limit, Decimal)
            return fact >= limit if operator is Operator.AT_LEAST else fact <= limit
        case _:
            return fact in wanted


_OPPOSITE: Final = {
    Operator.IS_NOT: Operator.IS,
    Operator.CONTAINS_NOT: Operator.CONTAINS,
    Operator.NONE_OF: Operator.ANY_OF,
}


def _compare_text(operator: Operator, text: str, wanted: str) -> bool:
    match operator:
        case Operator.CONTAINS:
            return wanted in text
        case Operator.STARTS_WITH:
            return text.startswith(wanted)
        case _:
            return text == wanted


def _compare_time(operator: Operator, moment: datetime, wanted: Operand, now: datetime) -> bool:
    match wanted:
        case datetime():
            return moment < wanted if operator is Operator.BEFORE else moment >= wanted
        case timedelta():
            return span_holds(operator, moment, wanted, now)
        case _:
            raise AssertionError("A time is compared with a time or a span.")


def span_holds(operator: Operator, moment: datetime, span: timedelta, now: datetime) -> bool:
    match operator:
        case Operator.IN_LAST:
            return now - span < moment <= now
        case Operator.LONGER_AGO:
            return moment <= now - span
        case Operator.IN_NEXT:
            return now < moment <= now + span
        case _:
            return moment > now + span


def is_empty(fact: Fact) -> bool:
    return fact is None or fact == "" or fact == frozenset()


def _depth(filter: Filter) -> int:
    return 1 + max((_depth(one) for one in filter.of if isinstance(one, Group)), default=0)


def _operand(field: Field, operator: Operator, value: str) -> Operand:
    match field.kind:
        case Kind.TEXT:
            if not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
                raise _no_value()
            return value
        case Kind.NUMBER:
            return _number(value)
        case Kind.CHOICE | Kind.CHOICES | Kind.COUNTRY:
            if value not in field.options:
                raise _no_value()
            return value
        case Kind.TIME:
            return _span(value) if operator in SPANS else _moment(value)
        case Kind.LABELS | Kind.AGENT | Kind.AGENTS | Kind.TEAM | Kind.CHANNEL | Kind.STAGE | Kind.COMPANY:
            return _id(value)
        case Kind.BOOLEAN:
            raise _no_value()
        case _:
            assert_never(field.kind)


_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_SPAN: Final = re.compile(r"([0-9]{1,6})([mhd])")
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_SPAN: Final = timedelta(days=3660)


def _number(value: str) -> Decimal:
    if _NUMBER.fullmatch(value) is None:
        raise _no_value()
    return Decimal(value)


def _span(value: str) -> timedelta:
    found = _SPAN.fullmatch(value)
    if found is None:
        raise _no_value()
    span = int(found[1]) * _UNITS[found[2]]
    if not timedelta() < span <= _LONGEST_SPAN:
        raise _no_value()
    return span


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _no_value() from None
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise _no_value()
    return moment.astimezone(UTC)


def _id(value: str) -> UUID:
    if _ID.fullmatch(value) is None:
        raise _no_value()
    return UUID(value)


def _no_value() -> Invalid:
    return Invalid("A condition of this filter has no value that suits it.", field="filter", reason="filter_value")
