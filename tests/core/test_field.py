"""Fields of one's own: what each type takes, how it is kept, and how a table of people is read."""

from typing import Any
from uuid import UUID

import pytest

from threadline.core.errors import Invalid
from threadline.core.field import Field, FieldOption, FieldType, check_options, lines_of, read_text, text_of, value_of

OPTIONS = [FieldOption(id="s", name="Small"), FieldOption(id="l", name="Large", colour="red")]


def field(type: FieldType) -> Field:
    options = OPTIONS if type in (FieldType.CHOICE, FieldType.CHOICES) else []
    return Field(id=UUID(int=1), owner="contact", type=type, name="Size", options=options, position=1)


@pytest.mark.parametrize(
    ("type", "given", "lines", "value"),
    [
        ("text", " Blue glaze ", ["Blue glaze"], "Blue glaze"),
        ("number", 12, ["12"], 12),
        ("number", 0.1, ["0.1"], 0.1),
        ("number", "1,5", ["1.5"], 1.5),
        ("number", -0.0, ["0"], 0),
        ("number", 1e3, ["1000"], 1000),
        ("date", "2026-11-30", ["2026-11-30"], "2026-11-30"),
        ("boolean", False, ["false"], False),
        ("choice", "l", ["l"], "l"),
        ("choices", ["l", "s", "l"], ["l", "s"], ["s", "l"]),
        ("link", "https://example.org/a", ["https://example.org/a"], "https://example.org/a"),
        ("email", "a@example.org", ["a@example.org"], "a@example.org"),
        ("phone", "+44 (7700) 900-318", ["+447700900318"], "+447700900318"),
        ("text", "", [], None),
        ("choices", [], [], None),
        ("number", None, [], None),
    ],
)
def test_a_value_is_kept_as_lines_and_comes_back(type: str, given: Any, lines: list[str], value: Any) -> None:
    of = field(FieldType(type))
    assert lines_of(of, given) == lines
    assert value_of(of, lines) == value


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("text", 5),
        ("text", "x" * 501),
        ("number", "many"),
        ("number", True),
        ("number", float("inf")),
        ("number", "1e400"),
        ("date", "30.11.2026"),
        ("date", "2026-02-30"),
        ("boolean", "true"),
        ("choice", "xl"),
        ("choice", ["s"]),
        ("choices", ["s", "xl"]),
        ("link", "javascript:alert(1)"),
        ("email", "nobody"),
        ("phone", "call me"),
    ],
)
def test_what_does_not_fit_is_refused_and_names_its_field(type: str, given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        lines_of(field(FieldType(type)), given)
    assert refused.value.field == f"fields.{UUID(int=1)}"
    assert refused.value.reason


def test_an_option_that_is_gone_is_no_value_any_more() -> None:
    assert value_of(field(FieldType.CHOICE), ["xl"]) is None
    assert value_of(field(FieldType.CHOICES), ["xl", "s"]) == ["s"]


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("number", "1 250,50", "1250.5"),
        ("boolean", "Ja", True),
        ("boolean", "no", False),
        ("choice", "LARGE", "l"),
        ("choices", "small; large", ["s", "l"]),
        ("text", "  ", None),
    ],
)
def test_a_table_is_read_as_people_write_it(type: str, text: str, value: Any) -> None:
    assert read_text(field(FieldType(type)), text) == value


@pytest.mark.parametrize(
    ("type", "value"), [("boolean", True), ("choice", "l"), ("choices", ["s", "l"]), ("text", "x")]
)
def test_what_is_exported_is_read_back(type: str, value: Any) -> None:
    of = field(FieldType(type))
    assert read_text(of, text_of(of, value)) == value


def test_options_are_needed_by_choices_alone_and_differ() -> None:
    check_options(FieldType.CHOICE, OPTIONS)
    check_options(FieldType.TEXT, [])
    for type, options in [
        (FieldType.CHOICE, []),
        (FieldType.TEXT, OPTIONS),
        (FieldType.CHOICES, [*OPTIONS, FieldOption(id="x", name="SMALL")]),
        (FieldType.CHOICES, [FieldOption(id=str(number), name=str(number)) for number in range(101)]),
    ]:
        with pytest.raises(Invalid):
            check_options(type, options)
