"""A field of the registry is an operator of the search: its word, and what stands behind it."""

from datetime import UTC, date
from uuid import uuid4

import pytest

from threadline.core.field import Field as OwnField
from threadline.core.field import FieldOption, FieldType
from threadline.core.filter import FIELDS, Condition, Field, Kind, Operator, Use, custom_field, fields_for
from threadline.core.search_fields import NAMED, operator_fields, read_value
from threadline.core.search_query import OPERATORS, Asked, read_query

TODAY = date(2026, 5, 4)
SALES, SUPPORT, ANA = (uuid4() for _ in range(3))
NAMES = [(str(SALES), "Sales"), (str(SUPPORT), "Support"), (str(ANA), "Ana")]


def _own(name: str, type: FieldType = FieldType.CHOICES) -> OwnField:
    options = [FieldOption(id="a1", name="North"), FieldOption(id="b2", name="South")]
    return OwnField(id=uuid4(), owner="contact", type=type, name=name, options=options, position=0)


def _read(id: str, value: str) -> object:
    found = read_value(FIELDS[id], value, today=TODAY, zone=UTC, named=dict.fromkeys(Kind, NAMES))
    return found if isinstance(found, str) else [(one.operator.value, *one.values) for one in found]


def test_every_field_of_the_registry_is_found_by_search_views_and_segments() -> None:
    """What is missing in one of them fails here: a field that is added is an operator, too."""
    words = operator_fields(FIELDS)
    for field in FIELDS.values():
        assert Use.SEARCH in field.uses, field.id
        assert Use.VIEWS in field.uses, field.id
        assert (Use.SEGMENTS in field.uses) is (field.subject == "contact"), field.id
        assert words.get(field.word) == field or field.word in OPERATORS, field.id
    assert set(words.values()) == {one for one in fields_for(Use.SEARCH).values() if one.word not in OPERATORS}


_VALUES: dict[Kind, str] = {
    Kind.TEXT: "ann",
    Kind.NUMBER: ">5",
    Kind.CHOICE: "high",
    Kind.TIME: "7d",
    Kind.BOOLEAN: "yes",
    Kind.COUNTRY: "se",
} | dict.fromkeys(NAMED, "sales")


@pytest.mark.parametrize("field", operator_fields(FIELDS).values(), ids=lambda one: one.id)
def test_each_of_them_understands_something_and_says_so_of_nonsense(field: Field) -> None:
    found = read_value(field, _VALUES[field.kind], today=TODAY, zone=UTC, named=dict.fromkeys(Kind, NAMES))
    assert isinstance(found, list)
    assert all(isinstance(one, Condition) and one.field == field.id for one in found)
    if field.kind is not Kind.TEXT:
        assert read_value(field, "?!", today=TODAY, zone=UTC, named={}) in ("not_understood", "nothing_called_so")


@pytest.mark.parametrize(
    ("id", "value", "expected"),
    [
        ("created", "7d", [("in_last", "7d")]),
        ("created", ">7d", [("longer_ago", "7d")]),
        ("window_closes", "4h", [("in_next", "4h")]),
        ("window_closes", ">4h", [("later_than", "4h")]),
        ("window_closes", "none", [("empty",)]),
        ("created", "2026-05-01", [("after", "2026-05-01T00:00:00+00:00"), ("before", "2026-05-02T00:00:00+00:00")]),
        ("created", ">=2026-05-01", [("after", "2026-05-01T00:00:00+00:00")]),
        ("created", "<yesterday", [("before", "2026-05-03T00:00:00+00:00")]),
        ("received", ">5", [("at_least", "5"), ("is_not", "5")]),
        ("received", "<=5", [("at_most", "5")]),
        ("received", "5", [("is", "5")]),
        ("received", "five", "not_understood"),
        ("team", "sal", [("any_of", str(SALES))]),
        ("team", "s", [("any_of", str(SALES), str(SUPPORT))]),
        ("team", "none", [("empty",)]),
        ("team", "any", [("present",)]),
        ("team", "nobody", "nothing_called_so"),
        ("assignee", "me", [("any_of", "me")]),
        ("follower", "ana", [("any_of", str(ANA))]),
        ("priority", "urgent", [("any_of", "3")]),
        ("priority", "none", [("any_of", "0")]),
        ("contact.vip", "ja", [("yes",)]),
        ("contact.vip", "no", [("no",)]),
        ("contact.vip", "perhaps", "not_understood"),
        ("contact.country", "de", [("any_of", "DE")]),
        ("contact.country", "none", [("empty",)]),
        ("contact.country", "Atlantis", "nothing_called_so"),
        ("contact.email", "@acme", [("contains", "@acme")]),
    ],
)
def test_what_stands_behind_an_operator_is_read(id: str, value: str, expected: object) -> None:
    assert _read(id, value) == expected


def test_fields_that_people_made_are_called_as_they_are_named() -> None:
    first, second = custom_field(_own("Größe, neu")), custom_field(_own("Grosse Neu", FieldType.NUMBER))
    words = operator_fields({**FIELDS, first.id: first, second.id: second})
    assert words[first.word] == first
    assert [word for word, field in words.items() if field == second] == [
        second.word + ("-2" * (second.word == first.word))
    ]
    assert read_value(first, "sou", today=TODAY, zone=UTC, named={}) == [
        Condition(field=first.id, operator=Operator.ANY_OF, values=("b2",))
    ]


def test_a_query_knows_the_words_of_the_registry_and_leaves_the_others_as_text() -> None:
    words = {word: field.kind is Kind.BOOLEAN for word, field in operator_fields(FIELDS).items()}
    query = read_query('lamp Team:"blue team" is:vip is:open https://x.test received:', today=TODAY, words=words)
    assert query.asked == (Asked("team", "blue team"), Asked("vip", "yes"))
    assert query.states == ("open",)
    assert [one.operator for one in query.problems] == ["received"]
    assert query.words == "lamp https://x.test"
