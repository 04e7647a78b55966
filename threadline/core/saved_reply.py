"""Saved replies: texts people write once, with places that are filled with this customer's values.

The grammar is closed (docs/decisions/0007-places-of-saved-replies.md):

    place = "{{" variable [ "|" "default" ":" quoted ] "}}"

A variable is one of `ReplyVariable`, the quoted text has no quotes and no braces. Nothing is evaluated, and what was
filled in is never read again, whatever the customer calls themselves (S57).
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from threadline.core.errors import Invalid

SHORTCUT_LENGTH = 32
COUNT_LIMIT = 500
"""How many replies a person, a team, and a workspace may keep each: the list of all goes to the composer at once."""
FILE_LIMIT = 10
WORDING_LIMIT = 20
VARIANT_LIMIT = 10
"""Beside the text itself, in each language."""


class ReplyVariable(StrEnum):
    CONTACT_NAME = "contact.name"
    CONTACT_FIRST_NAME = "contact.first_name"
    CONTACT_GREETING = "contact.greeting"
    """Good morning, good afternoon or good evening by the customer's clock, in the language of the wording."""
    CONTACT_LOCAL_TIME = "contact.local_time"
    AGENT_NAME = "agent.name"
    AGENT_FIRST_NAME = "agent.first_name"
    CHANNEL_NAME = "channel.name"
    WORKSPACE_NAME = "workspace.name"


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply says in one language."""

    language: str
    """By its code, as `es` or `pt-BR`; "": nobody said which it is."""
    text: str


class VariedWording(Wording, frozen=True, kw_only=True):
    """What a saved reply says in one language, in several ways."""

    variants: list[str] = []
    """The same said otherwise, in the order in which it was written."""

    @property
    def texts(self) -> list[str]:
        return [self.text, *self.variants]


class FilledPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a filled text. Joined in order, the pieces are what is put into the answer."""

    text: str
    variable: ReplyVariable | None = None
    """What was filled in here; None: the author's own words."""
    is_missing: bool = False
    """There is no value: `text` is the place itself, to be filled by the one who sends."""


@dataclass(frozen=True, slots=True)
class Names:
    """What places may stand for; empty where nobody knows it."""

    contact: str
    agent: str
    channel: str
    workspace: str
    local: datetime | None = None
    """What the customer's clock shows; None: nobody knows where they are."""


@dataclass(frozen=True, slots=True)
class _Place:
    variable: ReplyVariable
    default: str | None


_BRACES = re.compile(r"\{\{([^{}]*)\}\}")
_INSIDE = re.compile(r"""\s*([a-z_.]+)\s*(?:\|\s*default\s*:\s*(?:"([^"']*)"|'([^"']*)')\s*)?""")
_KNOWN = frozenset(variable.value for variable in ReplyVariable)
_SHORTCUT = re.compile(r"[\w-]*")
_MEMORY_S = 14 * 86_400.0


def check_text(text: str, field: str = "text") -> None:
    """Raises Invalid, naming the first pair of braces that is no place of the grammar."""
    for piece in _read(text):
        if isinstance(piece, str) and (braces := re.search(r"\{\{[^{}]{0,60}(\}\})?|\}\}", piece)):
            raise Invalid(
                f"{braces[0]} cannot be filled in. Use one of the variables, as they are offered.",
                field=field,
                reason="place_unknown",
                values={"place": braces[0]},
            )


def has_places(text: str) -> bool:
    """Something is still to be filled in."""
    return any(isinstance(piece, _Place) for piece in _read(text))


def variables_in(text: str) -> list[ReplyVariable]:
    """What its places stand for."""
    return [piece.variable for piece in _read(text) if isinstance(piece, _Place)]


def unsure_places(text: str) -> list[ReplyVariable]:
    """What is said of the customer without saying what stands there where it is unknown."""
    places = [piece for piece in _read(text) if isinstance(piece, _Place)]
    return [one.variable for one in places if one.default is None and one.variable.value.startswith("contact.")]


def check_shortcut(shortcut: str) -> None:
    """Raises Invalid for what could not be typed after the slash as one word."""
    if len(shortcut) > SHORTCUT_LENGTH or not _SHORTCUT.fullmatch(shortcut):
        raise Invalid(
            "A shortcut is one word of letters, digits, - and _.", field="shortcut", reason="shortcut_letters"
        )


def check_wordings(language: str, wordings: Sequence[VariedWording]) -> None:
    """Raises Invalid for a language that is said twice, for too many, and for what `check_text` refuses."""
    languages = [language, *(wording.language for wording in wordings)]
    if len(set(languages)) < len(languages):
        raise Invalid("Each language once, please.", field="wordings", reason="wording_twice")
    if len(wordings) > WORDING_LIMIT:
        raise Invalid(
            f"A saved reply has at most {WORDING_LIMIT} translations.",
            field="wordings",
            reason="too_many_wordings",
            values={"limit": str(WORDING_LIMIT)},
        )
    for wording in wordings:
        check_text(wording.text, "wordings")
        check_variants(wording, "wordings")


def check_variants(wording: VariedWording, field: str = "variants") -> None:
    """Raises Invalid for too many, for one that is said twice, and for what `check_text` refuses."""
    if len(wording.variants) > VARIANT_LIMIT:
        raise Invalid(
            f"A saved reply has at most {VARIANT_LIMIT} variants in a language.",
            field=field,
            reason="too_many_variants",
            values={"limit": str(VARIANT_LIMIT)},
        )
    for text in wording.variants:
        check_text(text, field)
    if len(set(map(variant_key, wording.texts))) < len(wording.texts):
        raise Invalid("Two variants say the same. Word one of them otherwise.", field=field, reason="variant_twice")


def variant_key(text: str) -> str:
    """What a variant is remembered by: 16 letters that follow from its text, so that its place may change, and one that
    is written anew is a new one."""
    return hashlib.blake2b(" ".join(text.split()).encode(), digest_size=8).hexdigest()


def in_rotation(texts: Sequence[str], seen: Mapping[str, datetime], *, start: int) -> list[str]:
    """The texts in the order in which somebody is to see them: first what they have not seen, then what they saw
    longest ago. So nobody reads one twice before they have read all.

    `seen`: key of a variant → when they last got it. `start`: a number of theirs, of any size; among what they have not
    seen they begin there, so that not everybody gets the first one first.
    """
    turned = [texts[(start + place) % len(texts)] for place in range(len(texts))]
    unseen = [text for text in turned if variant_key(text) not in seen]
    known = [text for text in turned if variant_key(text) in seen]
    return [*unseen, *sorted(known, key=lambda text: seen[variant_key(text)])]


def start_of(contact_id: UUID, reply_id: UUID) -> int:
    """Where a contact begins with a reply: by chance, and always there."""
    return (contact_id.int ^ reply_id.int) & 0xFFFFFFFF


_Wording = TypeVar("_Wording", bound=Wording)


def by_language(wordings: Sequence[_Wording], wanted: str) -> list[_Wording]:
    """Those of the customer's language first (`pt` also for `pt-BR`, and the other way), the others as they were."""
    return sorted(wordings, key=lambda wording: _distance(wording.language, wanted))


def _distance(language: str, wanted: str) -> int:
    if not language or not wanted:
        return 2
    if language == wanted:
        return 0
    return 1 if _base(language) == _base(wanted) else 2


def _base(language: str) -> str:
    return language.partition("-")[0]


_GREETINGS: Final = {
    "de": ("Guten Morgen", "Guten Tag", "Guten Abend"),
    "en": ("Good morning", "Good afternoon", "Good evening"),
    "es": ("Buenos días", "Buenas tardes", "Buenas noches"),
    "fr": ("Bonjour", "Bonjour", "Bonsoir"),
    "it": ("Buongiorno", "Buon pomeriggio", "Buonasera"),
    "nl": ("Goedemorgen", "Goedemiddag", "Goedenavond"),
    "pt": ("Bom dia", "Boa tarde", "Boa noite"),
    "ru": ("Доброе утро", "Добрый день", "Добрый вечер"),
    "sv": ("God morgon", "God eftermiddag", "God kväll"),
}
_NOON, _EVENING = 12, 18


def greeting(language: str, hour: int) -> str | None:
    """What one says at this hour (0 to 23) in this language; None where we do not know its words."""
    words = _GREETINGS.get(_base(language))
    if words is None:
        return None
    return words[0 if 4 <= hour < _NOON else 1 if _NOON <= hour < _EVENING else 2]


def values_of(names: Names, language: str = "") -> dict[ReplyVariable, str]:
    """What each variable stands for; absent where it is missing. A name without any letter is no name.

    `language`: of the text that is filled, for what depends on it.
    """
    whole = {
        ReplyVariable.CONTACT_NAME: names.contact,
        ReplyVariable.AGENT_NAME: names.agent,
        ReplyVariable.CHANNEL_NAME: names.channel,
        ReplyVariable.WORKSPACE_NAME: names.workspace,
    }
    values = {variable: " ".join(name.split()) for variable, name in whole.items()}
    for first, name in (
        (ReplyVariable.CONTACT_FIRST_NAME, ReplyVariable.CONTACT_NAME),
        (ReplyVariable.AGENT_FIRST_NAME, ReplyVariable.AGENT_NAME),
    ):
        values[first] = values[name].partition(" ")[0]
    values = {variable: value for variable, value in values.items() if any(map(str.isalpha, value))}
    if names.local is not None:
        values[ReplyVariable.CONTACT_LOCAL_TIME] = f"{names.local:%H:%M}"
        if words := greeting(language, names.local.hour):
            values[ReplyVariable.CONTACT_GREETING] = words
    return values


def fill_text(text: str, values: Mapping[ReplyVariable, str]) -> list[FilledPiece]:
    """The text with its places filled, in one pass from its beginning to its end."""
    return [_filled(piece, values) for piece in _read(text)]


def warmed(warmth: float | None, now: datetime) -> float:
    """How much a reply is used lately, after one more use at `now`.

    Each use counts e^(-age / 14 days). The logarithm of that sum, counted from the epoch instead of from now, does not
    change as time goes by: replies are ordered by a stored number that nobody has to bring up to date.
    """
    use = now.timestamp() / _MEMORY_S
    if warmth is None:
        return use
    return max(warmth, use) + math.log1p(math.exp(-abs(warmth - use)))


def _filled(piece: "str | _Place", values: Mapping[ReplyVariable, str]) -> FilledPiece:
    if isinstance(piece, str):
        return FilledPiece(text=piece)
    value = values.get(piece.variable, piece.default)
    if value is None:
        return FilledPiece(text=f"{{{{{piece.variable.value}}}}}", variable=piece.variable, is_missing=True)
    return FilledPiece(text=value, variable=piece.variable)


def _read(text: str) -> "list[str | _Place]":
    """Words and places in their order. Braces that are no place stay words. One pass, linear in the text's length."""
    pieces: list[str | _Place] = []
    words = ""
    end = 0
    for braces in _BRACES.finditer(text):
        words += text[end : braces.start()]
        end = braces.end()
        place = _place(braces[1])
        if place is None:
            words += braces[0]
            continue
        pieces += [words, place] if words else [place]
        words = ""
    words += text[end:]
    return [*pieces, words] if words else pieces


def _place(inside: str) -> _Place | None:
    found = _INSIDE.fullmatch(inside)
    if found is None or found[1] not in _KNOWN:
        return None
    return _Place(ReplyVariable(found[1]), found[2] if found[2] is not None else found[3])
