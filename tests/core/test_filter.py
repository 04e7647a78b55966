"""The registry of fields and operators, and what a filter of them matches."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from threadline.core.errors import Invalid
from threadline.core.filter import (
    FIELDS,
    ME,
    MOST_CONDITIONS,
    OPERATORS,
    Asker,
    Condition,
    Facts,
    Filter,
    Group,
    Kind,
    Operator,
    Use,
    check_filter,
    fields_for,
    matches,
)
from threadline.core.letters import fold_text

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BO = uuid4(), uuid4()
REFUND, URGENT = uuid4(), uuid4()


def one(field: str, operator: str, *values: object) -> Condition:
    return Condition(field=field, operator=Operator(operator), values=tuple(str(value) for value in values))


def every(*of: Condition | Group) -> Group:
    return Group(match="all", of=of)


def some(*of: Condition | Group) -> Group:
    return Group(match="any", of=of)


def facts(**changed: Any) -> Facts:
    """Of a conversation that nobody has; dots stand as underscores: `contact_name`."""
    known: dict[str, Any] = dict.fromkeys(FIELDS) | {
        "state": "open",
        "label": frozenset(),
        "contact.label": frozenset(),
        "contact.name": "",
        "received": 3,
    }
    return known | {name.replace("contact_", "contact."): value for name, value in changed.items()}


def holds(filter: Filter | Condition, *, me: UUID | None = None, **known: Any) -> bool:
    group = filter if isinstance(filter, Group) else every(filter)
    check_filter(group, use=Use.VIEWS)
    return matches(group, facts(**known), asker=Asker(NOW, me))


def test_every_use_is_served_and_a_field_says_which() -> None:
    """Conversations have no part in segments; what differs with who looks has none in rules and clocks, and what was
    promised none in clocks."""
    for use in Use:
        assert fields_for(use), use
    for field in FIELDS.values():
        left_out = set(Use) - field.uses
        if field.subject == "contact":
            assert left_out == set(), field.id
        else:
            assert left_out in ({Use.SEGMENTS}, {Use.SEGMENTS, Use.SLA}, {Use.SEGMENTS, Use.RULES, Use.SLA}), field.id


def test_every_kind_has_operators_and_words_are_taken_once() -> None:
    assert set(OPERATORS) == set(Kind)
    words = [field.word for field in FIELDS.values()]
    assert len(set(words)) == len(words)
    for field in FIELDS.values():
        assert field.id.startswith("contact.") is (field.subject == "contact")
        assert bool(field.options) is (field.kind in (Kind.CHOICE, Kind.COUNTRY))


def test_all_and_any_and_groups_inside() -> None:
    is_open, is_bo, is_refund = (
        one("state", "any_of", "open"),
        one("assignee", "any_of", BO),
        one("label", "any_of", REFUND),
    )
    assert holds(every(), assignee=ANA)
    assert holds(some(), assignee=ANA), "nothing asked is nothing refused"
    assert not holds(every(is_open, is_bo), assignee=ANA)
    assert holds(some(is_open, is_bo), assignee=ANA)
    assert holds(every(is_open, some(is_bo, is_refund)), label=frozenset({REFUND}))
    assert not holds(every(is_open, some(is_bo, is_refund)), label=frozenset({URGENT}))


def test_an_empty_field_is_none_of_all_and_holds_nothing() -> None:
    assert holds(one("assignee", "none_of", ANA))
    assert not holds(one("assignee", "any_of", ANA))
    assert holds(one("assignee", "empty"))
    assert holds(one("contact.name", "contains_not", "a"))
    assert holds(one("contact.name", "is_not", "a"))
    assert holds(one("contact.name", "empty"))
    assert not holds(one("contact.name", "starts_with", "a"))
    assert holds(one("label", "none_of", REFUND))
    assert holds(one("label", "empty"))
    assert not holds(one("waiting_since", "longer_ago", "5m"))
    assert not holds(one("waiting_since", "before", NOW.isoformat()))


def test_labels_are_asked_for_one_all_or_none() -> None:
    both: dict[str, Any] = {"label": frozenset({REFUND, URGENT})}
    assert holds(one("label", "all_of", REFUND, URGENT), **both)
    assert not holds(one("label", "all_of", REFUND, uuid4()), **both)
    assert holds(one("label", "any_of", REFUND, uuid4()), **both)
    assert not holds(one("label", "none_of", uuid4(), URGENT), **both)
    assert holds(one("label", "present"), **both)


def test_me_is_whoever_looks_and_nobody_for_a_program() -> None:
    mine = one("assignee", "any_of", ME)
    assert holds(mine, me=ANA, assignee=ANA)
    assert not holds(mine, me=BO, assignee=ANA)
    assert not holds(mine, assignee=ANA)
    assert holds(one("assignee", "any_of", ME, BO), assignee=BO)
    for use in (Use.RULES, Use.SLA):
        with pytest.raises(Invalid):
            check_filter(every(mine), use=use)


@pytest.mark.parametrize(
    ("operator", "span", "minutes", "expected"),
    [
        ("in_last", "1h", -60, False),
        ("in_last", "1h", -59, True),
        ("in_last", "1h", 0, True),
        ("in_last", "1h", 1, False),
        ("longer_ago", "1h", -60, True),
        ("longer_ago", "1h", -59, False),
        ("in_next", "90m", 90, True),
        ("in_next", "90m", 91, False),
        ("in_next", "90m", 0, False),
        ("later_than", "1d", 1441, True),
        ("later_than", "1d", 1440, False),
    ],
)
def test_spans_count_from_now(operator: str, span: str, minutes: int, expected: bool) -> None:
    condition = one("window_closes", operator, span)
    assert holds(condition, window_closes=NOW + timedelta(minutes=minutes)) is expected


def test_times_are_compared_as_instants() -> None:
    noon_elsewhere = "2026-05-04T15:00:00+03:00"
    assert not holds(one("created", "before", noon_elsewhere), created=NOW)
    assert holds(one("created", "after", noon_elsewhere), created=NOW)
    assert holds(one("created", "before", noon_elsewhere), created=NOW - timedelta(seconds=1))


def test_numbers() -> None:
    assert holds(one("received", "at_least", "3"))
    assert not holds(one("received", "at_least", "3.5"))
    assert holds(one("received", "at_most", "3"))
    assert holds(one("received", "is", "3"))
    assert not holds(one("received", "is_not", "3.0"))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("José Núñez", "nunez"),
        ("ЁЛКА", "елка"),
        ("Straße", "STRAß"),
        ("Ąžuolas", "azuo"),
        ("a.b*c", "B*C"),
        ("李雷", "雷"),
    ],
)
def test_case_and_accents_do_not_matter(name: str, wanted: str) -> None:
    assert holds(one("contact.name", "contains", wanted), contact_name=name)
    assert not holds(one("contact.name", "contains_not", wanted), contact_name=name)
    assert holds(one("contact.name", "starts_with", name[:3].upper()), contact_name=name)


def test_folding_keeps_the_length() -> None:
    letters = "".join(chr(code) for code in range(32, 0x3000))
    assert len(fold_text(letters)) == len(letters)
    assert fold_text(fold_text(letters)) == fold_text(letters)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (one("colour", "is", "red"), "filter_field_gone"),
        (one("state", "contains", "op"), "filter_operator"),
        (one("channel", "empty"), "filter_operator"),
        (one("state", "any_of", "closed"), "filter_value"),
        (one("state", "any_of"), "filter_value"),
        (one("waiting", "yes", "1"), "filter_value"),
        (one("contact.name", "contains", " "), "filter_value"),
        (one("contact.name", "contains", "a\n"), "filter_value"),
        (one("contact.name", "contains", "a" * 101), "filter_value"),
        (one("contact.name", "is", "a", "b"), "filter_value"),
        (one("received", "at_least", "1e9"), "filter_value"),
        (one("received", "at_least", "٣"), "filter_value"),
        (one("created", "in_last", "0d"), "filter_value"),
        (one("created", "in_last", "999999d"), "filter_value"),
        (one("created", "before", "2026-05-04"), "filter_value"),
        (one("created", "before", "2026-05-04T12:00:00"), "filter_value"),
        (one("label", "any_of", "refund"), "filter_value"),
        (one("assignee", "any_of", "everybody"), "filter_value"),
        (one("channel", "any_of", *(uuid4() for _ in range(51))), "filter_value"),
    ],
)
def test_what_cannot_be_asked_is_refused(condition: Condition, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_filter(every(condition), use=Use.VIEWS)
    assert refused.value.reason == reason


def test_a_filter_is_bounded() -> None:
    condition = one("state", "any_of", "open")
    check_filter(every(*[condition] * MOST_CONDITIONS), use=Use.VIEWS)
    check_filter(every(some(every(condition))), use=Use.VIEWS)
    for too_large in (every(*[condition] * (MOST_CONDITIONS + 1)), every(some(every(some(condition))))):
        with pytest.raises(Invalid):
            check_filter(too_large, use=Use.VIEWS)


def test_a_segment_asks_about_contacts_only() -> None:
    check_filter(every(one("contact.name", "contains", "a")), use=Use.SEGMENTS)
    with pytest.raises(Invalid):
        check_filter(every(one("state", "any_of", "open")), use=Use.SEGMENTS)


def test_a_field_that_is_gone_matches_nothing() -> None:
    gone = every(one("colour", "is", "red"))
    assert not matches(gone, facts(), asker=Asker(NOW))
    assert not matches(every(one("colour", "is_not", "red")), facts(), asker=Asker(NOW))


def test_a_filter_travels_as_json_and_comes_back() -> None:
    filter = every(one("state", "any_of", "open"), some(one("assignee", "empty"), one("assignee", "any_of", ME)))
    raw = msgspec.json.encode(filter)
    assert msgspec.json.decode(raw, type=Group) == filter
