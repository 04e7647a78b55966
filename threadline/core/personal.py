"""Telephone numbers and e-mail addresses of customers: whole for those who may see them, masked for the others.

What is personal travels as a value of this module, never as a text: an encoder meets it, does not know it, and has to
ask what a caller may see (`web/encoding.py`). So an answer, a frame or a letter cannot carry a number by accident.

The masked form says which country and the last two digits, enough to tell two customers apart and to confirm a number
that the customer reads out; its length is always the same, for the length of a number narrows it down.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from threadline.core.content import (
    CardLine,
    CardPhone,
    ContactCard,
    Contacts,
    Content,
    FormAnswer,
    Line,
    Media,
    Native,
    Spoken,
    Template,
    Text,
    Unsupported,
    decode_content,
)


@dataclass(frozen=True, slots=True)
class Clearance:
    """How much of what is personal somebody is shown. Everything, unless it says otherwise."""

    sees_addresses: bool = True
    """Numbers and e-mail addresses of contacts, wherever they stand as such."""
    sees_written: bool = True
    """Numbers and e-mail addresses that somebody wrote in a message."""
    sees_earlier: bool = True
    """What stood in a message before it was edited, and in one that was deleted."""


class Guarded:
    """A value that cannot be shown without saying to whom.

    No dataclass and no struct, so that no encoder and no log knows it by itself. Two are equal if they say the same.
    """

    __slots__ = ()

    def shown(self, clearance: Clearance) -> object:
        """What this clearance shows of it, as something that an encoder knows."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _parts(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in type(self).__slots__)


class Address(Guarded):
    """A number, an e-mail address, a user name or another identity of a contact, as people read it."""

    __slots__ = ("whole",)

    def __init__(self, whole: str) -> None:
        self.whole = whole

    def shown(self, clearance: Clearance) -> str:
        return self.whole if clearance.sees_addresses else mask_address(self.whole)


class PersonName(Guarded):
    """What a contact is called: often nothing but their number, until somebody knows better."""

    __slots__ = ("whole",)

    def __init__(self, whole: str) -> None:
        self.whole = whole

    def shown(self, clearance: Clearance) -> str:
        return self.whole if clearance.sees_addresses else mask_written(self.whole)


class Excerpt(Guarded):
    """The beginning of a message."""

    __slots__ = ("is_deleted", "is_name", "whole")

    def __init__(self, whole: str, *, is_name: bool = False, is_deleted: bool = False) -> None:
        self.whole = whole
        self.is_name = is_name
        """It is the name on a card, which is often a number."""
        self.is_deleted = is_deleted

    def shown(self, clearance: Clearance) -> str:
        if self.is_deleted and not clearance.sees_earlier:
            return ""
        is_clear = clearance.sees_addresses if self.is_name else clearance.sees_written
        return self.whole if is_clear else mask_written(self.whole)


class Said(Guarded):
    """What a message says, as it is stored."""

    __slots__ = ("is_deleted", "stored")

    def __init__(self, stored: bytes, *, is_deleted: bool = False) -> None:
        self.stored = stored
        self.is_deleted = is_deleted

    @property
    def whole(self) -> Content:
        return decode_content(self.stored)

    def shown(self, clearance: Clearance) -> Content | msgspec.Raw:
        """Handed on as it lies there, without being read, wherever nothing is to be masked."""
        if self.is_deleted and not clearance.sees_earlier:
            return Text(text="")
        if clearance.sees_addresses or (clearance.sees_written and not _MAY_NAME_SOMEBODY(self.stored)):
            return msgspec.Raw(self.stored)
        return mask_content(self.whole, clearance)


_MAY_NAME_SOMEBODY: Final = re.compile(rb'"kind":"(contacts|form_answer|line)"').search


def mask_content(content: Content, clearance: Clearance) -> Content:
    """A message as this clearance shows it."""
    if not clearance.sees_written:
        content = _map_texts(content, mask_written)
    if clearance.sees_addresses:
        return content
    match content:
        case Contacts(cards=cards):
            return Contacts(cards=tuple(_mask_card(card) for card in cards))
        case FormAnswer(answers=answers):
            masked = {key: _mask_answer(key, value) for key, value in answers.items()}
            return msgspec.structs.replace(content, answers=masked)
        case Line(data=data):
            named = {key: value if key.endswith("_id") else mask_written(value) for key, value in data.items()}
            return msgspec.structs.replace(content, data=named)
        case _:
            return content


def mask_address(value: str) -> str:
    """The one rule: `+49 171 1234567` → `+49 ••• ••• 67`, `anna@oz.example` → `a•••@o•••.example`.

    Digits alone are a number, of a telephone or of an account. A name that a provider made for one desk (a
    business-scoped id) reaches nobody from elsewhere, and stays. So does a user name, unless a number stands in it.
    """
    text = value.strip()
    if not text or _SCOPED_ID.fullmatch(text):
        return text
    if _is_number(text):
        return _mask_number(text)
    if "@" in text.strip("@"):
        return _mask_email(text)
    return mask_written(text)


def mask_written(text: str) -> str:
    """A text with the numbers and addresses in it masked, and nothing else.

    A number is seven digits or more in groups as people write them; so an order number of that length is masked, too.
    Days and times of day are none.
    """
    if not _HINT.search(text):
        return text
    text = _EMAIL.sub(lambda found: _mask_email(found[0]), text)
    return _NUMBER.sub(lambda found: found[0] if found["day"] else _mask_number(found[0]), text)


DOTS: Final = "•••"
_SCOPED_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{6,}")
"""A user id of WhatsApp as one business knows it: the country, then letters and digits that mean nothing."""
_HINT: Final = re.compile(r"@|\d(?:\D{0,3}\d){4}")
_EMAIL: Final = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{0,254}[^\s@<>\"'(),;:.!?]")
_SEPARATOR: Final = "[ \u00a0\u2009\u202f().\\-\u2010-\u2013/·]{0,3}"
_DAY: Final = (
    r"(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12]\d|3[01]|0?[1-9])(?:[ T]\d{1,2}(?=:\d\d))?"
    r"|(?:[12]\d|3[01]|0?[1-9])[-/.] ?(?:0?[1-9]|1[0-2])[-/.] ?(?:19|20)\d\d(?: \d{1,2}(?=:\d\d))?)"
)
_NUMBER: Final = re.compile(rf"(?<!\d)(?P<day>{_DAY})(?!{_SEPARATOR}\d)|\+?(?<!\d)\d(?:{_SEPARATOR}\d){{6,}}(?!\d)")
_ONLY_NUMBER: Final = re.compile(r"\+?[\d\s().\-\u2010-\u2013/·]+")
_SHORTEST: Final = 7
_TWO_DIGIT_CODES: Final = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""ITU-T E.164, list of assigned country codes: these have two digits, 1 and 7 one, all others three."""


def _is_number(text: str) -> bool:
    return _ONLY_NUMBER.fullmatch(text) is not None and sum(map(str.isdigit, text)) >= 3


def _mask_number(text: str) -> str:
    digits = "".join(filter(str.isdigit, text))
    if not text.startswith("+"):
        return DOTS if len(digits) < _SHORTEST else f"{DOTS} {DOTS} {digits[-2:]}"
    country = digits[:1] if digits[0] in "17" else digits[: 2 if _TWO_DIGIT_CODES.match(digits) else 3]
    rest = digits[len(country) :]
    return f"+{country} {DOTS}" if len(rest) < 6 else f"+{country} {DOTS} {DOTS} {rest[-2:]}"


def _mask_email(text: str) -> str:
    """The first letter of each side, and the last part of the domain; of a single letter nothing."""
    local, _, domain = text.rpartition("@")
    host, dot, top = domain.rpartition(".")
    if not dot or any(map(str.isdigit, top)):
        host, top = domain, ""
    return f"{_first(local)}{DOTS}@{_first(host)}{DOTS}{f'.{top}' if top else ''}"


def _first(part: str) -> str:
    return part[0] if len(part) > 1 and part[0].isalpha() else ""


def _mask_card(card: ContactCard) -> ContactCard:
    return msgspec.structs.replace(
        card,
        name=mask_written(card.name),
        first_name=mask_written(card.first_name),
        last_name=mask_written(card.last_name),
        phones=tuple(CardPhone(phone=mask_address(one.phone), label=one.label) for one in card.phones),
        emails=tuple(CardLine(value=mask_address(one.value), label=one.label) for one in card.emails),
        urls=tuple(CardLine(value=mask_written(one.value), label=one.label) for one in card.urls),
    )


_ASKS_FOR_ADDRESS: Final = re.compile(r"phone|mobile|tel|mail|contact", re.IGNORECASE)


def _mask_answer(key: str, value: str) -> str:
    return mask_address(value) if _ASKS_FOR_ADDRESS.search(key) else value


def _map_texts(content: Content, change: Callable[[str], str]) -> Content:
    """Every text that somebody wrote, whatever kind of message it stands in."""
    match content:
        case Template(header_values=header, body_values=body, button_values=buttons):
            values = {
                name: tuple(msgspec.structs.replace(one, value=change(one.value)) for one in given)
                for name, given in (("header_values", header), ("body_values", body), ("button_values", buttons))
            }
            return msgspec.structs.replace(content, text=change(content.text), **values)
        case Native():
            return msgspec.structs.replace(content, json="{}", text=change(content.text))
        case FormAnswer(answers=answers):
            changed = {key: change(value) for key, value in answers.items()}
            return msgspec.structs.replace(content, text=change(content.text), answers=changed)
        case Line():
            return content
        case Unsupported():
            return msgspec.structs.replace(content, text=change(content.text))
        case Media(spoken=Spoken() as spoken):
            said = msgspec.structs.replace(spoken, text=change(spoken.text))
            return msgspec.structs.replace(content, caption=change(content.caption), spoken=said)
        case _:
            written = {name: change(getattr(content, name)) for name in _WRITTEN if hasattr(content, name)}
            return msgspec.structs.replace(content, **written)


_WRITTEN: Final = ("text", "caption", "name", "address", "url", "header", "footer")
