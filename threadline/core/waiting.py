"""Since when a customer waits: the one definition, for clocks, views, rules and figures.

A customer waits from their first message after our last answer, until an answer of a person, or of an answering flow,
is accepted by the provider. What arrived late or was answered in the provider's own app stands in the thread by its
number, so the thread in that order says everything; the stored clock of a conversation is kept equal to it.

A stage may let the clock stand still. What was paused is subtracted by moving the clock's start forward when the pause
ends, so how long somebody has waited is always the time from `waiting_since` to now, or to where the clock stands.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from threadline.core.content import Call, Content, Line
from threadline.core.message import AuthorKind, Direction, Status


class Step(StrEnum):
    """What an entry of a thread means to the clock. Whatever is none of these leaves it alone."""

    ASKED = "asked"
    """The customer wrote, or called and nobody took it."""
    ANSWERED = "answered"
    """A person's or an answering flow's message that the provider accepted, one from the phone app, a call taken."""
    EXCUSED = "excused"
    """Somebody said that no answer is needed."""
    RESTORED = "restored"
    """That was taken back."""
    RESOLVED = "resolved"
    LENT = "lent"
    """A conversation that is read within this one brought its clock along."""
    RETURNED = "returned"
    """A clock that another conversation had lent goes back with it."""
    REVIVED = "revived"
    """It was taken back that the conversation was resolved, or what we had said did not arrive."""
    UNPAUSED = "unpaused"
    """It left a stage in which the clock stood still, and nothing else that the clock heeds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a thread, as far as the clock goes."""

    step: Step
    at: datetime
    since: datetime | None = None
    """Of what is excused: since when the customer had waited. What they wrote before had an answer then."""
    paused_at: datetime | None = None
    """With this the clock goes again, which had stood still since then."""


def waited(since: datetime, *, paused_at: datetime | None, now: datetime) -> timedelta:
    """How long somebody has waited who waits since then; while the clock stands still, as long as it shows."""
    return max(timedelta(0), (now if paused_at is None else min(paused_at, now)) - since)


def after_pause(since: datetime, *, paused_at: datetime, until: datetime) -> datetime:
    """The start of a clock without the time in which it stood still. Who began to wait in it waits from its end."""
    return max(since, min(since, paused_at) + (until - paused_at))


@dataclass(frozen=True, slots=True)
class _Question:
    """What the customer waits for: when it came, and its clock without what was paused."""

    at: datetime
    since: datetime


def waiting_since(entries: Iterable[Entry]) -> datetime | None:
    """Entries of one thread in the order of their numbers → since when its customer waits; None: nobody does."""
    return next(iter(deque(waits_after_each(entries), maxlen=1)), None)


def waits_after_each(entries: Iterable[Entry]) -> Iterator[datetime | None]:
    """Since when the customer waited as the thread stood after each of its entries."""
    asked: list[_Question] = []
    excused: list[_Question] = []
    resolved: list[_Question] = []
    for entry in entries:
        if entry.paused_at is not None:
            asked, excused, resolved = (
                [_without_pause(one, entry.paused_at, entry.at) for one in ones] for ones in (asked, excused, resolved)
            )
        match entry.step:
            case Step.ASKED | Step.LENT:
                asked.append(_Question(entry.at, entry.at))
            case Step.ANSWERED:
                asked, excused, resolved = [], [], []
            case Step.EXCUSED:
                excused = [one for one in asked if entry.since is None or one.since >= entry.since]
                asked = [one for one in asked if one not in excused]
            case Step.RESTORED:
                asked, excused = [*excused, *asked], []
            case Step.RETURNED:
                asked = [one for one in asked if one.at != entry.at]
            case Step.RESOLVED:
                asked, resolved = [], [*resolved, *asked]
            case Step.REVIVED:
                asked, resolved = [*resolved, *asked], []
            case Step.UNPAUSED:
                pass
        yield min((one.since for one in asked), default=None)


def _without_pause(question: _Question, paused_at: datetime, until: datetime) -> _Question:
    return replace(question, since=after_pause(question.since, paused_at=paused_at, until=until))


@dataclass(frozen=True, slots=True)
class Spoken:
    """An entry of a thread as it is stored. `content` is needed of calls and lines only."""

    at: datetime
    direction: Direction
    author_kind: AuthorKind
    status: Status | None = None
    is_quiet: bool = False
    """It starts no clock: imported history, a thanks after the end."""
    content: Content | None = None


def entry_of(spoken: Spoken) -> Entry | None:
    """None for whatever the clock does not heed: notes, greetings, what is on its way, failed or uncertain."""
    step = _step(spoken)
    stated = _stated(spoken, "waiting_since")
    if step is Step.LENT or step is Step.RETURNED:
        return None if stated is None else Entry(step, stated)
    paused_at = _stated(spoken, "paused_at")
    if step is None:
        return None if paused_at is None else Entry(Step.UNPAUSED, spoken.at, paused_at=paused_at)
    return Entry(step, spoken.at, stated if step is Step.EXCUSED else None, paused_at)


def _step(spoken: Spoken) -> Step | None:
    if isinstance(spoken.content, Call):
        return _step_of_call(spoken.content, spoken.direction)
    match spoken.direction:
        case Direction.INCOMING:
            return None if spoken.is_quiet else Step.ASKED
        case Direction.OUTGOING:
            is_answer = spoken.author_kind in ANSWERING and not spoken.is_quiet
            return Step.ANSWERED if is_answer and is_accepted(spoken.status) else None
        case Direction.LINE:
            return _step_of_line(spoken.content) if isinstance(spoken.content, Line) else None
        case Direction.NOTE:
            return None


ANSWERING = frozenset({AuthorKind.AGENT, AuthorKind.FLOW, AuthorKind.PHONE_APP})
"""Whose messages are answers. What the desk says of itself – greeting, away, queue – is none."""


def is_accepted(status: Status | None) -> bool:
    """The provider has it. None: it came from the provider, as what is written in the phone app does."""
    return status is None or status not in (Status.QUEUED, Status.SENDING, Status.FAILED)


def _step_of_call(call: Call, direction: Direction) -> Step | None:
    """Whoever called, if they spoke it was answered. A call of ours that nobody took changes nothing."""
    if call.outcome == "answered":
        return Step.ANSWERED
    return Step.ASKED if direction is Direction.INCOMING and call.by_customer else None


def _step_of_line(line: Line) -> Step | None:
    if line.what == "resolved":
        return Step.RESOLVED
    if line.data.get("reason") in REVIVING:
        return Step.REVIVED
    return _STEPS_OF_LINES.get(line.what)


def _stated(spoken: Spoken, name: str) -> datetime | None:
    stated = spoken.content.data.get(name) if isinstance(spoken.content, Line) else None
    return datetime.fromisoformat(stated) if stated else None


NOT_DELIVERED = "not_delivered"
UNDONE = "undone"
REVIVING = frozenset({NOT_DELIVERED, UNDONE})
"""Why a conversation was taken up again, where that brings its old clock back."""

_STEPS_OF_LINES = {
    "no_answer_needed": Step.EXCUSED,
    "waits_again": Step.RESTORED,
    "merged_in": Step.LENT,
    "taken_out": Step.RETURNED,
    "merged_into": Step.RESOLVED,
    "taken_apart": Step.REVIVED,
}
