"""What follows from the arrival of a message: where it stands in its thread, and what it does to its conversation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from threadline.core.waiting import Step

REOPEN_DAYS = 7
"""A message within so many days of a conversation's end reopens it, where the channel does not say otherwise; a later
one starts a new conversation."""

PUNCTUAL_WITHIN = timedelta(minutes=10)
"""A provider's time this close to receipt orders the thread; any other would hide the message (R5)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """`sort_at` orders the thread; `written_at` is shown beside a message that came late or whose clock is off."""

    sort_at: datetime
    written_at: datetime | None


def place(provider_at: datetime | None, *, received_at: datetime, from_history: bool = False) -> Placed:
    """Where a message stands. What is imported from before the connection stands where it was written."""
    if provider_at is None:
        return Placed(received_at, None)
    if from_history:
        return Placed(provider_at, None)
    if abs(provider_at - received_at) <= PUNCTUAL_WITHIN:
        return Placed(_within_its_second(provider_at, received_at), None)
    return Placed(received_at, provider_at)


_REST_OF_A_SECOND = timedelta(microseconds=999_999)


def _within_its_second(provider_at: datetime, received_at: datetime) -> datetime:
    """A time in whole seconds names a second, not its beginning: a quick answer must not stand before what it answers.

    It was written before we received it, and before its second ended.
    """
    if provider_at.microsecond or provider_at > received_at:
        return provider_at
    return min(received_at, provider_at + _REST_OF_A_SECOND)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as its conversation sees it."""

    sort_at: datetime
    step: Step | None
    """What it means to the clock of waiting."""
    is_ours: bool = False
    """Written by our own people in the provider's app."""
    is_history: bool = False
    """Imported from before the connection."""
    window_from: datetime | None = None
    """The provider's time from which it opens the service window; None if it opens none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What arrivals left behind: since when the customer waits, how many asked, and the newest times."""

    waiting_since: datetime | None
    incoming_count: int
    last_activity_at: datetime | None
    last_inbound_at: datetime | None


def after_arrivals(waiting_since: datetime | None, arrivals: Iterable[Arrival]) -> Standing:
    """What these arrivals, in order, do to a conversation whose customer waits since `waiting_since`.

    The clock goes as `core.waiting.waiting_since` says of the whole thread; a test compares the two.
    """
    incoming_count = 0
    last_activity_at: datetime | None = None
    last_inbound_at: datetime | None = None
    for arrival in arrivals:
        if arrival.window_from is not None:
            last_inbound_at = max(last_inbound_at or arrival.window_from, arrival.window_from)
        if arrival.is_history:
            continue
        incoming_count += not arrival.is_ours
        if arrival.step is Step.ANSWERED:
            waiting_since = None
        elif arrival.step is Step.ASKED:
            waiting_since = min(waiting_since or arrival.sort_at, arrival.sort_at)
        last_activity_at = max(last_activity_at or arrival.sort_at, arrival.sort_at)
    return Standing(waiting_since, incoming_count, last_activity_at, last_inbound_at)


def duplicate_since(provider_at: datetime | None, *, now: datetime) -> datetime:
    """From when on a repeat of this item must be looked for (R3): a day before its own time, and in the present
    partition always, for that is where a conflict would arise."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month if provider_at is None else min(month, provider_at - timedelta(days=1))
