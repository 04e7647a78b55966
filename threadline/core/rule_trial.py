"""What a rule would have done: its occasions of the past, and the conversation as it stood then. Pure.

The record of events tells who had a conversation, its team, state, priority and labels before each change, so these are
taken back event by event, from now into the past. What no event tells is as it is now.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from threadline.core.automation import Happening, Occasion, Rule, Trigger, happenings, holding
from threadline.core.calendar import Calendar, is_open
from threadline.core.events import Event, EventKind
from threadline.core.filter import Asker, Fact, Facts, Fields, matches
from threadline.core.sla import Run, moment_after
from threadline.core.waiting import Entry, waits_after_each


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened. `line`: what its line tells, with the line's values; else ""."""

    event: Event
    line: str = ""
    data: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Reached:
    """A time of the rule that was over. `began_at`: the wait, the silence or the end of the window."""

    conversation_id: UUID
    at: datetime
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """The rule was called: whether it was meant, and by which of its conditions, from left to right."""

    conversation_id: UUID
    at: datetime
    is_meant: bool
    holds: Sequence[bool]


def calls_of(
    rule: Rule,
    past: Sequence[Past],
    reached: Sequence[Reached],
    facts: Mapping[UUID, Facts],
    hours: Mapping[UUID, Calendar | None],
    *,
    fields: Fields,
) -> Iterator[Called]:
    """The newest first. `past` in the order in which it happened; `facts` and `hours` of each conversation, of now."""
    standing: dict[UUID, Facts] = dict(facts)
    for one in sorted((*reversed(past), *reached), key=_at, reverse=True):
        conversation_id = _conversation(one)
        known = None if conversation_id is None else standing.get(conversation_id)
        if conversation_id is None or known is None:
            continue
        if _is_called(rule, one):
            then = _then(known, one, rule.trigger.on, hours.get(conversation_id))
            yield Called(
                conversation_id,
                _at(one),
                matches(rule.filter, then, asker=Asker(_at(one)), fields=fields),
                holding(rule.filter, then, now=_at(one), fields=fields),
            )
        if isinstance(one, Past):
            standing[conversation_id] = before(known, one)


def _at(one: Past | Reached) -> datetime:
    return one.event.at if isinstance(one, Past) else one.at


def _conversation(one: Past | Reached) -> UUID | None:
    return one.event.conversation_id if isinstance(one, Past) else one.conversation_id


def _is_called(rule: Rule, one: Past | Reached) -> bool:
    if isinstance(one, Reached):
        return True
    return one.event.actor_id != rule.id and any(
        _is_of(rule.trigger, happening) for happening in happenings(one.event, one.line)
    )


def _is_of(trigger: Trigger, happening: Happening) -> bool:
    return happening.on is trigger.on and (not trigger.of or happening.which in trigger.of)


def before(facts: Facts, past: Past) -> Facts:
    """As it stood before this, if `facts` is how it stood after."""
    data, changed = past.event.data, dict[str, Fact]()
    for name in ("assignee", "team"):
        if f"previous_{name}_id" in data:
            changed[name] = _id(data[f"previous_{name}_id"])
    if "previous_priority" in data:
        changed["priority"] = str(data["previous_priority"])
    if "previous_state" in past.data:
        changed["state"] = past.data["previous_state"]
    labels = facts.get("label")
    if isinstance(labels, frozenset) and "is_added" in data and "label_id" in data:
        label = frozenset({UUID(str(data["label_id"]))})
        known: frozenset[UUID] = frozenset(one for one in labels if isinstance(one, UUID))
        changed["label"] = known - label if data["is_added"] else known | label
    received = facts.get("received")
    is_heard = past.event.kind is EventKind.MESSAGE_RECEIVED and data.get("direction") == "incoming"
    if is_heard and isinstance(received, int):
        changed["received"] = max(0, received - 1)
    return {**facts, **{name: value for name, value in changed.items() if name in facts}}


def _id(value: object) -> UUID | None:
    return None if value is None else UUID(str(value))


def _then(facts: Facts, one: Past | Reached, on: Occasion, hours: Calendar | None) -> Facts:
    """With what follows from the moment itself."""
    at = _at(one)
    told: dict[str, Fact] = {"hours_now": hours is None or is_open(hours, at)}
    match one:
        case Past() if on is Occasion.HEARD:
            told |= {"waiting": True, "waiting_since": at, "last_received": at, "hours_heard": told["hours_now"]}
        case Reached(began_at=began_at) if on is Occasion.NO_REPLY:
            told |= {"waiting": True, "waiting_since": began_at}
        case Reached() if on is Occasion.SILENT:
            told |= {"waiting": False, "waiting_since": None}
        case Reached(began_at=began_at) if on is Occasion.WINDOW:
            told |= {"window_closes": began_at}
        case _:
            pass
    return {**facts, **{name: value for name, value in told.items() if name in facts}}


# Times that were over


def waits_over(
    trigger: Trigger, conversation_id: UUID, entries: Sequence[Entry], hours: Calendar | None, *, until: datetime
) -> Iterator[Reached]:
    """Where a customer had waited so long, read off the thread. `until`: now."""
    ends = [*(entry.at for entry in entries[1:]), until]
    found: set[datetime] = set()
    for since, end in zip(waits_after_each(entries), ends, strict=True):
        due_at = None if since is None else _due(trigger, since, hours)
        if since is not None and due_at is not None and due_at <= end and since not in found:
            found.add(since)
            yield Reached(conversation_id, due_at, since)


@dataclass(frozen=True, slots=True)
class Word:
    """A message, as far as silence goes: the customer's, or one of ours that somebody wrote."""

    at: datetime
    is_ours: bool


def silences_over(
    trigger: Trigger, conversation_id: UUID, words: Sequence[Word], hours: Calendar | None, *, until: datetime
) -> Iterator[Reached]:
    """Where a customer had been silent so long after our last word."""
    for word, end in _with_ends(words, until):
        due_at = _due(trigger, word.at, hours) if word.is_ours else None
        if due_at is not None and due_at <= end:
            yield Reached(conversation_id, due_at, word.at)


def windows_over(
    trigger: Trigger, conversation_id: UUID, words: Sequence[Word], window: timedelta, *, until: datetime
) -> Iterator[Reached]:
    """Where the window was about to close, for a channel that has one."""
    for word, end in _with_ends([one for one in words if not one.is_ours], until):
        closes_at = word.at + window
        due_at = closes_at - timedelta(minutes=trigger.minutes)
        if word.at <= due_at <= end:
            yield Reached(conversation_id, due_at, closes_at)


def _with_ends(words: Sequence[Word], until: datetime) -> Iterable[tuple[Word, datetime]]:
    ended = [(word, following.at) for word, following in pairwise(words)]
    return [*ended, (words[-1], until)] if words else []


def _due(trigger: Trigger, since: datetime, hours: Calendar | None) -> datetime | None:
    return moment_after(Run(since), trigger.minutes * 60.0, hours if trigger.is_business_time else None)
