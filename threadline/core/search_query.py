"""What somebody typed into a search: words, quoted phrases, and operators such as `from:` and `has:image`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from threadline.core.letters import fold_text
from threadline.core.search_text import Wanted, fold, wanted_of

Operator = Literal["from", "label", "channel", "has", "is", "before", "after"]
OPERATORS: Final[tuple[Operator, ...]] = ("from", "label", "channel", "has", "is", "before", "after")

Has = Literal[
    "image", "video", "audio", "voice", "document", "sticker", "file", "link", "location", "contact", "order",
    "template", "call",
]  # fmt: skip
HAS: Final[tuple[Has, ...]] = (
    "image", "video", "audio", "voice", "document", "sticker", "file", "link", "location", "contact", "order",
    "template", "call",
)  # fmt: skip
Is = Literal["open", "pending", "snoozed", "resolved", "unassigned", "mine", "incoming", "outgoing", "note"]
IS: Final[tuple[Is, ...]] = (
    "open", "pending", "snoozed", "resolved", "unassigned", "mine", "incoming", "outgoing", "note",
)  # fmt: skip
STATES: Final = frozenset({"open", "pending", "snoozed", "resolved"})
DIRECTIONS: Final = frozenset({"incoming", "outgoing", "note"})

LONGEST_QUERY: Final = 300

_OPERATORS: Final[dict[str, Operator]] = {str(one): one for one in OPERATORS}
_HAS: Final[dict[str, Has]] = {str(one): one for one in HAS}
_IS: Final[dict[str, Is]] = {str(one): one for one in IS}


@dataclass(frozen=True, slots=True)
class Problem:
    """An operator whose value says nothing: it is left out, and the screen says so."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator of the registry of fields (core/search_fields.py), by its word, and what stood behind it."""

    word: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """Of one operator several values: any of them, except for `has`, which must all be there."""

    texts: tuple[tuple[str, bool], ...] = ()
    """(text, whether it was quoted)."""
    senders: tuple[str, ...] = ()
    """Names, or `me`, `customer`, `us`."""
    labels: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    has: tuple[Has, ...] = ()
    states: tuple[Is, ...] = ()
    before: date | None = None
    """Exclusive: the first day that is too late."""
    after: date | None = None
    """Inclusive."""
    asked: tuple[Asked, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def words(self) -> str:
        return " ".join(text for text, _ in self.texts)

    @property
    def wanted(self) -> Wanted:
        return wanted_of(self.texts)

    @property
    def has_operators(self) -> bool:
        return bool(
            self.senders
            or self.labels
            or self.channels
            or self.has
            or self.states
            or self.before
            or self.after
            or self.asked
        )

    @property
    def is_empty(self) -> bool:
        return self.wanted.is_empty and not self.has_operators


_TOKEN = re.compile(r'(?:([^\W\d_][\w-]*):)?(?:"([^"]*)"?|(\S+))')


@dataclass(slots=True)
class _Read:
    texts: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    names: dict[Operator, list[str]] = field(default_factory=dict[Operator, list[str]])
    has: list[Has] = field(default_factory=list[Has])
    states: list[Is] = field(default_factory=list[Is])
    days: dict[Operator, date] = field(default_factory=dict[Operator, date])
    asked: list[Asked] = field(default_factory=list[Asked])
    problems: list[Problem] = field(default_factory=list[Problem])


_NO_WORDS: Final[Mapping[str, bool]] = {}


def read_query(typed: str, *, today: date, words: Mapping[str, bool] = _NO_WORDS) -> SearchQuery:
    """Never raises: what is no operator is a word, and what an operator cannot use is a problem.

    `words` are the operators of the registry besides; true: it is answered with yes or no, so that `is:` asks it, too.
    """
    read = _Read()
    for match in _TOKEN.finditer(typed[:LONGEST_QUERY]):
        name, value = match[1] or "", (match[2] if match[2] is not None else match[3]) or ""
        if not name and match[3] and value.endswith(":"):
            name, value = value[:-1], ""  # nothing stands behind it yet
        operator = _OPERATORS.get(name.lower())
        word = fold_text(name)
        if operator == "is" and words.get(fold_text(value.strip())):
            read.asked.append(Asked(fold_text(value.strip()), "yes"))
        elif operator is None and word in words:
            _ask(read, word, value.strip())
        elif operator is not None:
            _take(read, operator, value.strip(), today)
        elif name:
            read.texts.append((match[0], False))
        elif value.strip():
            read.texts.append((value, match[2] is not None))
    return SearchQuery(
        texts=_with_numbers_joined(read.texts),
        senders=tuple(read.names.get("from", ())),
        labels=tuple(read.names.get("label", ())),
        channels=tuple(read.names.get("channel", ())),
        has=tuple(dict.fromkeys(read.has)),
        states=tuple(dict.fromkeys(read.states)),
        before=read.days.get("before"),
        after=read.days.get("after"),
        asked=tuple(read.asked),
        problems=tuple(read.problems),
    )


def _ask(read: _Read, word: str, value: str) -> None:
    if value:
        read.asked.append(Asked(word, value))
    else:
        read.problems.append(Problem(word, value))


def _take(read: _Read, operator: Operator, value: str, today: date) -> None:
    match operator:
        case "from" | "label" | "channel":
            if value:
                read.names.setdefault(operator, []).append(value)
                return
        case "has":
            chosen = _HAS.get(value.lower().removesuffix("s"))
            if chosen is not None:
                read.has.append(chosen)
                return
        case "is":
            state = _IS.get(value.lower())
            if state is not None:
                read.states.append(state)
                return
        case "before" | "after":
            day = read_day(value, today=today)
            if day is not None:
                read.days[operator] = day
                return
    read.problems.append(Problem(operator, value))


_ISO = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


def read_day(value: str, *, today: date) -> date | None:
    """`2026-03-01`, `2026-03`, `2026`, `1.3.2026` (day first), `today`, `yesterday`, `7d` (so many days ago)."""
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(value.lower())
    if named is not None:
        return named
    try:
        if match := re.fullmatch(r"(\d{1,4})d", value.lower()):
            return today - timedelta(days=int(match[1]))
        if match := _ISO.fullmatch(value):
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        if match := _DOTTED.fullmatch(value):
            return date(int(match[3]), int(match[2]), int(match[1]))
    except (ValueError, OverflowError):
        return None
    return None


_PART_OF_NUMBER = re.compile(r"\+?[\d().-]*\d[\d().-]*")


def _with_numbers_joined(texts: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """`+49 170 1234567` typed in groups is one number, if it is long enough to be one."""
    joined: list[tuple[str, bool]] = []
    group: list[str] = []
    for text, is_quoted in [*texts, ("", True)]:
        if not is_quoted and _PART_OF_NUMBER.fullmatch(text):
            group.append(text)
            continue
        is_number = len(group) > 1 and sum(map(str.isdigit, "".join(group))) >= 7
        joined.extend([(" ".join(group), False)] if is_number else [(one, False) for one in group])
        group = []
        if text:
            joined.append((text, is_quoted))
    return tuple(joined)


def names_like(wanted: str, names: Sequence[tuple[str, str]]) -> list[str]:
    """The keys of those (key, name) that are called so; of those that begin so, if none is; else that contain it."""
    sought = fold(wanted)
    folded = [(key, fold(name)) for key, name in names]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [key for key, name in folded if fits(name, sought)]
        if found:
            return found
    return []
