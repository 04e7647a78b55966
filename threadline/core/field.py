"""Fields of one's own: what a workspace wants to know of its contacts, conversations and companies, each of one type.

A value travels as JSON of its type and is stored as lines of text, one for each value: several choices are several.
A number keeps its digits (no binary rounding), a date is ISO 8601, a choice is the id of its option.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID

import msgspec

from threadline.core.errors import Invalid
from threadline.core.label import LabelColour

FieldOwner = Literal["contact", "conversation", "company"]

FieldValue: TypeAlias = str | int | float | bool | list[str]
"""As the API has it: text, number, yes or no, the id of an option or a list of such."""

MOST_FIELDS: Final = 60
"""Of one owner; a panel and a form bear so many."""
MOST_OPTIONS: Final = 100
LONGEST_TEXT: Final = 500
"""An index holds values; a longer story is a note."""

_EMAIL: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]+\.[^\s@<>\"]+")
_LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
TRUE_WORDS: Final = frozenset({"true", "yes", "y", "1", "ja", "sí", "si", "да"})
FALSE_WORDS: Final = frozenset({"false", "no", "n", "0", "nein", "nee", "нет"})


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    LINK = "link"
    EMAIL = "email"
    PHONE = "phone"


PERSONAL: Final = frozenset({FieldType.EMAIL, FieldType.PHONE})
"""What somebody can be reached by: masked from those who may not see it."""
HAS_OPTIONS: Final = frozenset({FieldType.CHOICE, FieldType.CHOICES})


class FieldOption(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    colour: LabelColour = "grey"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    owner: FieldOwner
    type: FieldType
    name: str
    options: list[FieldOption]
    """Of a choice, in their order; else empty."""
    position: int


def lines_of(field: Field, given: FieldValue | None) -> list[str]:
    """What is stored for a value; none for None, an empty text and an empty list. Raises Invalid, naming the field."""
    if given is None or given == "" or given == []:
        return []
    match field.type:
        case FieldType.TEXT:
            return [_text(field, given)]
        case FieldType.NUMBER:
            return [_number(field, given)]
        case FieldType.DATE:
            return [_date(field, given)]
        case FieldType.BOOLEAN:
            if not isinstance(given, bool):
                raise Invalid("Please answer with yes or no.", field=_place(field), reason="field_boolean")
            return ["true" if given else "false"]
        case FieldType.CHOICE:
            return _options(field, [given])
        case FieldType.CHOICES:
            return _options(field, given if isinstance(given, list) else [given])
        case FieldType.LINK:
            link = _text(field, given)
            if _LINK.fullmatch(link) is None:
                raise Invalid(
                    "Please enter a link that starts with https://.", field=_place(field), reason="field_link"
                )
            return [link]
        case FieldType.EMAIL:
            email = _text(field, given)
            if _EMAIL.fullmatch(email) is None:
                raise Invalid("Please enter an e-mail address.", field=_place(field), reason="field_email")
            return [email]
        case FieldType.PHONE:
            return [_phone(field, given)]
        case _:
            assert_never(field.type)


def value_of(field: Field, lines: Sequence[str]) -> FieldValue | None:
    """What was stored, as the API has it; None if nothing of it counts any more (an option that is gone)."""
    if not lines:
        return None
    if field.type in HAS_OPTIONS:
        chosen = [option.id for option in field.options if option.id in lines]
        if field.type is FieldType.CHOICES:
            return chosen or None
        return chosen[0] if chosen else None
    if field.type is FieldType.BOOLEAN:
        return lines[0] == "true"
    if field.type is FieldType.NUMBER:
        number = Decimal(lines[0])
        return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else float(number)
    return lines[0]


def read_text(field: Field, text: str) -> FieldValue | None:
    """What somebody wrote into a table, as a value: names of options, yes and no, a comma for a point.

    Raises Invalid as `lines_of` does.
    """
    text = text.strip()
    if not text:
        return None
    match field.type:
        case FieldType.NUMBER:
            return _number(field, text.replace(" ", "").replace("\u00a0", ""))
        case FieldType.BOOLEAN:
            word = text.casefold()
            if word not in TRUE_WORDS | FALSE_WORDS:
                raise Invalid("Please answer with yes or no.", field=_place(field), reason="field_boolean")
            return word in TRUE_WORDS
        case FieldType.CHOICE:
            return _named(field, text)
        case FieldType.CHOICES:
            return [_named(field, one.strip()) for one in re.split(r"[;,|]", text) if one.strip()]
        case _:
            return text


def text_of(field: Field, value: FieldValue) -> str:
    """As a table for people has it: `read_text` reads it again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.type in HAS_OPTIONS:
        names = {option.id: option.name for option in field.options}
        chosen = value if isinstance(value, list) else [value]
        return "; ".join(names.get(str(one), "") for one in chosen)
    return str(value)


def check_options(type: FieldType, options: Sequence[FieldOption]) -> None:
    """Raises Invalid: a choice needs options of different names, and nothing else has any."""
    if type not in HAS_OPTIONS:
        if options:
            raise Invalid("Only a choice has options.", field="options", reason="field_no_options")
        return
    if not options:
        raise Invalid("Please name at least one option.", field="options", reason="field_options_needed")
    if len(options) > MOST_OPTIONS:
        raise Invalid(
            f"No more than {MOST_OPTIONS} options fit here.",
            field="options",
            reason="field_too_many_options",
            values={"limit": str(MOST_OPTIONS)},
        )
    if len({option.name.casefold() for option in options}) < len(options) or len(
        {option.id for option in options}
    ) < len(options):
        raise Invalid("Two options have the same name.", field="options", reason="field_options_alike")


def fields_by_id(fields: Sequence[Field]) -> Mapping[UUID, Field]:
    return {field.id: field for field in fields}


def _text(field: Field, given: FieldValue) -> str:
    if not isinstance(given, str):
        raise Invalid("Please enter a text.", field=_place(field), reason="field_text")
    text = given.strip()
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise Invalid(
            f"Please use no more than {LONGEST_TEXT} characters.",
            field=_place(field),
            reason="field_too_long",
            values={"limit": str(LONGEST_TEXT)},
        )
    return text


def _number(field: Field, given: FieldValue) -> str:
    refusal = Invalid("Please enter a number.", field=_place(field), reason="field_number")
    if isinstance(given, bool | list):
        raise refusal
    text = str(given).strip()
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise refusal from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise refusal
    plain = format(number.quantize(Decimal("0.000001")).normalize(), "f")
    return "0" if plain in ("-0", "") else plain


def _date(field: Field, given: FieldValue) -> str:
    try:
        return date.fromisoformat(given if isinstance(given, str) else "").isoformat()
    except ValueError:
        raise Invalid("Please enter a date as 2026-11-30.", field=_place(field), reason="field_date") from None


def _options(field: Field, given: Sequence[FieldValue]) -> list[str]:
    known = {option.id for option in field.options}
    if not all(isinstance(one, str) and one in known for one in given):
        raise Invalid("Please choose one of the options.", field=_place(field), reason="field_option")
    return list(dict.fromkeys(str(one) for one in given))


def _named(field: Field, name: str) -> str:
    for option in field.options:
        if option.name.casefold() == name.casefold() or option.id == name:
            return option.id
    raise Invalid("Please choose one of the options.", field=_place(field), reason="field_option")


def _phone(field: Field, given: FieldValue) -> str:
    value = _text(field, given)
    digits = re.sub(r"[\s()./-]", "", value)
    if re.fullmatch(r"\+?\d{4,20}", digits) is None:
        raise Invalid("Please enter a phone number.", field=_place(field), reason="field_phone")
    return digits


def _place(field: Field) -> str:
    return f"fields.{field.id}"
