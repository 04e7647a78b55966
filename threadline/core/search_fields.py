"""The operators of a search that the registry of fields brings: `team:sales`, `created:7d`, `received:>5`. Pure.

A field that is added to the registry is an operator at once, by its word.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, assert_never

from threadline.core.errors import Invalid
from threadline.core.field import FALSE_WORDS, TRUE_WORDS
from threadline.core.filter import AHEAD, ME, Condition, Field, Fields, Kind, Operator, Use, fields_for, operands
from threadline.core.search_query import OPERATORS, names_like, read_day

Reading = list[Condition] | Literal["not_understood", "nothing_called_so"]
Named = Mapping[Kind, Sequence[tuple[str, str]]]
"""Of each kind whose values have names: (id, name)."""

NAMED: Final = frozenset({Kind.AGENT, Kind.AGENTS, Kind.TEAM, Kind.STAGE, Kind.COMPANY, Kind.CHANNEL, Kind.LABELS})
NOTHING: Final = "none"
SOMETHING: Final = "any"
_PRIORITIES: Final = {"none": "0", "medium": "1", "high": "2", "urgent": "3"}
_SPAN: Final = re.compile(r"[0-9]{1,6}[mhd]")
_COMPARED: Final = re.compile(r"(>=|<=|>|<)?\s*(.+)")


def operator_fields(fields: Fields) -> dict[str, Field]:
    """Word → its field, but for the words that a search reads in its own way. Of two that are named alike, the second
    is called `word-2`."""
    found: dict[str, Field] = {}
    for field in fields_for(Use.SEARCH, fields).values():
        if not field.word or field.word in OPERATORS:
            continue
        word, number = field.word, 2
        while word in found:
            word, number = f"{field.word}-{number}", number + 1
        found[word] = field
    return found


def read_value(field: Field, value: str, *, today: date, zone: tzinfo, named: Named) -> Reading:
    """What stands behind an operator, as conditions that all hold. Never raises."""
    if field.is_optional and value.lower() in (NOTHING, SOMETHING) and field.kind is not Kind.CHOICE:
        operator = Operator.EMPTY if value.lower() == NOTHING else Operator.PRESENT
        return [Condition(field=field.id, operator=operator)]
    found = _read(field, value, today, zone, named)
    if isinstance(found, str):
        return found
    try:
        for one in found:
            if one.operator not in field.operators:
                return "not_understood"
            operands(field, one, agent_id=None)
    except Invalid:
        return "not_understood"
    return found


def _read(field: Field, value: str, today: date, zone: tzinfo, named: Named) -> Reading:
    match field.kind:
        case Kind.TEXT:
            # Who may not see it asks for the whole of it.
            operator = Operator.CONTAINS if Operator.CONTAINS in field.operators else Operator.IS
            return [_condition(field, operator, value)]
        case Kind.NUMBER:
            return _number(field, value)
        case Kind.TIME:
            return _time(field, value, today, zone)
        case Kind.BOOLEAN:
            return _boolean(field, value)
        case Kind.CHOICE | Kind.CHOICES:
            return _choice(field, value)
        case Kind.COUNTRY:
            code = value.upper()
            return [_condition(field, Operator.ANY_OF, code)] if code in field.options else "nothing_called_so"
        case Kind.AGENT | Kind.AGENTS if value.lower() == ME:
            return [_condition(field, Operator.ANY_OF, ME)]
        case Kind.AGENT | Kind.AGENTS | Kind.TEAM | Kind.STAGE | Kind.COMPANY | Kind.CHANNEL | Kind.LABELS:
            ids = names_like(value, named.get(field.kind, ()))
            return [_condition(field, Operator.ANY_OF, *dict.fromkeys(ids))] if ids else "nothing_called_so"
        case _:
            assert_never(field.kind)


def _number(field: Field, value: str) -> Reading:
    match = _COMPARED.fullmatch(value)
    if match is None:
        return "not_understood"
    sign, number = match[1] or "", match[2].replace(",", ".")
    operator = {">": Operator.AT_LEAST, ">=": Operator.AT_LEAST, "<": Operator.AT_MOST, "<=": Operator.AT_MOST}
    found = [_condition(field, operator.get(sign, Operator.IS), number)]
    return [*found, _condition(field, Operator.IS_NOT, number)] if sign in (">", "<") else found


def _time(field: Field, value: str, today: date, zone: tzinfo) -> Reading:
    """A span is within: the last one, or the next one of what lies ahead; `>7d` is longer. A day is that day."""
    match = _COMPARED.fullmatch(value)
    if match is None:
        return "not_understood"
    sign, rest = (match[1] or "").rstrip("="), match[2].lower()
    if _SPAN.fullmatch(rest):
        within, beyond = (
            (Operator.IN_NEXT, Operator.LATER_THAN) if field.id in AHEAD else (Operator.IN_LAST, Operator.LONGER_AGO)
        )
        return [_condition(field, beyond if sign == ">" else within, rest)]
    day = read_day(rest, today=today)
    if day is None:
        return "not_understood"
    begins = _condition(field, Operator.AFTER, _midnight(day, zone))
    if sign == ">":
        return [begins]
    if sign == "<":
        return [_condition(field, Operator.BEFORE, _midnight(day, zone))]
    return [begins, _condition(field, Operator.BEFORE, _midnight(day + timedelta(days=1), zone))]


def _midnight(day: date, zone: tzinfo) -> str:
    return datetime.combine(day, time(), zone).isoformat()


def _boolean(field: Field, value: str) -> Reading:
    word = value.casefold()
    if word not in TRUE_WORDS | FALSE_WORDS:
        return "not_understood"
    return [_condition(field, Operator.YES if word in TRUE_WORDS else Operator.NO)]


def _choice(field: Field, value: str) -> Reading:
    if field.id == "priority":
        value = _PRIORITIES.get(value.lower(), value)
    chosen = (
        [value]
        if value in field.options
        else names_like(value, list(zip(field.options, field.option_names, strict=False)))
    )
    return [_condition(field, Operator.ANY_OF, *chosen)] if chosen else "nothing_called_so"


def _condition(field: Field, operator: Operator, *values: str) -> Condition:
    return Condition(field=field.id, operator=operator, values=values)
