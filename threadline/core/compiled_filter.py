"""Filters made ready to be asked many times: what they want is read once, and what each asks is bound.

`core.filter.matches` says the same, slower; a test compares both about random conversations.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from threadline.core.filter import (
    WITHOUT_VALUE,
    Asker,
    Condition,
    Fact,
    Facts,
    Field,
    Fields,
    Filter,
    Kind,
    Operand,
    Operator,
    compare,
    is_empty,
    operands,
)
from threadline.core.letters import fold_text

Test = Callable[[Facts, Asker], bool]
"""Whether the conversation of these facts is meant, when it is asked."""


def compile_filter(filter: Filter, fields: Fields) -> Test:
    """A field that is gone matches nothing. Raises Invalid for a value that suits its field no longer."""
    tests = [
        _compile_condition(one, fields) if isinstance(one, Condition) else compile_filter(one, fields)
        for one in filter.of
    ]
    if len(tests) == 1:
        return tests[0]
    return _all_of(tests) if filter.match == "all" or not tests else _any_of(tests)


def _all_of(tests: Sequence[Test]) -> Test:
    def test(facts: Facts, asker: Asker) -> bool:
        for one in tests:  # noqa: SIM110 - a generator would cost more than most conditions do
            if not one(facts, asker):
                return False
        return True

    return test


def _any_of(tests: Sequence[Test]) -> Test:
    def test(facts: Facts, asker: Asker) -> bool:
        for one in tests:  # noqa: SIM110
            if one(facts, asker):
                return True
        return False

    return test


def _compile_condition(condition: Condition, fields: Fields) -> Test:
    field = fields.get(condition.field)
    if field is None:
        return lambda facts, asker: False
    if condition.operator in WITHOUT_VALUE:
        return _compile_plain(field.id, condition.operator)
    # A rule runs for nobody in particular: what it wants never depends on who asks.
    return _compile_compared(field, condition.operator, operands(field, condition, agent_id=None))


def _compile_plain(id: str, operator: Operator) -> Test:
    match operator:
        case Operator.YES:
            return lambda facts, asker: bool(facts[id])
        case Operator.NO:
            return lambda facts, asker: not facts[id]
        case Operator.EMPTY:
            return lambda facts, asker: is_empty(facts[id])
        case _:
            return lambda facts, asker: not is_empty(facts[id])


def _compile_compared(field: Field, operator: Operator, wanted: Sequence[Operand]) -> Test:
    id, several = field.id, frozenset(wanted)
    if field.kind is Kind.TEXT:
        return _compile_text(id, operator, fold_text(str(wanted[0])))

    def is_among(fact: Fact) -> bool:
        return not fact.isdisjoint(several) if isinstance(fact, frozenset) else fact in several

    match operator:
        case Operator.ANY_OF if field.kind in _ONE_OF:
            return lambda facts, asker: facts[id] in several
        case Operator.NONE_OF if field.kind in _ONE_OF:
            return lambda facts, asker: facts[id] not in several
        case Operator.ANY_OF:
            return lambda facts, asker: is_among(facts[id])
        case Operator.NONE_OF:
            return lambda facts, asker: not is_among(facts[id])
        case _:
            return lambda facts, asker: compare(operator, facts[id], wanted, asker.now)


_ONE_OF: Final = frozenset({Kind.CHOICE, Kind.AGENT, Kind.TEAM, Kind.CHANNEL, Kind.STAGE, Kind.COMPANY, Kind.COUNTRY})
"""Of these a fact is one value, or none."""

_folded: Final = lru_cache(maxsize=4096)(fold_text)
"""A hundred rules ask for the name of the same customer."""


def _compile_text(id: str, operator: Operator, wanted: str) -> Test:
    match operator:
        case Operator.CONTAINS:
            return lambda facts, asker: wanted in _folded(str(facts[id] or ""))
        case Operator.CONTAINS_NOT:
            return lambda facts, asker: wanted not in _folded(str(facts[id] or ""))
        case Operator.STARTS_WITH:
            return lambda facts, asker: _folded(str(facts[id] or "")).startswith(wanted)
        case Operator.IS_NOT:
            return lambda facts, asker: _folded(str(facts[id] or "")) != wanted
        case _:
            return lambda facts, asker: _folded(str(facts[id] or "")) == wanted
