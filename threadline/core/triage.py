"""Triage: whom to answer first when windows are about to close and there are more customers than hands.

The score of a waiting customer is the chance that their window closes before the team, at its present pace, has been
through everybody who waits, times what it costs to lose it. Where no window presses all scores are nought and the order
is that of waiting. Nobody starves: who has waited for three days comes first, the longest first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import erfc, exp, sqrt
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who waits."""

    id: UUID
    waiting_since: datetime
    window_closes_at: datetime | None
    """None: the channel has no window, or it is closed; there is nothing to lose."""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and how many a minute the team has answered lately."""

    waiting: int
    answers_per_min: float
    reopening_price: float = 1.0
    """What it costs to write to somebody whose window has closed, by the measure of priority: the first step of it is
    worth one. The dearer, the less priority says beside a window that closes."""


CHEAPEST: Final = 0.1
DEAREST: Final = 100.0


SLOWEST_PER_MIN: Final = 1 / 30
"""A team that just sat down has no pace yet: one answer in half an hour is less than anybody's."""
PATIENCE: Final = timedelta(days=3)
"""Longer than this nobody waits for the sake of others: a weekend, after which a queue is longest and windows press."""
_EXACT_UP_TO: Final = 30
_STEP: Final = 0.01
"""Chances that differ by less say nothing: then who waits longest comes first."""


def triage(candidates: Iterable[Candidate], queue: Queue, *, now: datetime) -> list[UUID]:
    """Everybody who waits, the most urgent first."""

    def key(one: Candidate) -> tuple[bool, float, datetime, UUID]:
        is_overdue = now - one.waiting_since >= PATIENCE
        return not is_overdue, 0.0 if is_overdue else -score(one, queue, now=now), one.waiting_since, one.id

    return [one.id for one in sorted(candidates, key=key)]


def score(one: Candidate, queue: Queue, *, now: datetime) -> float:
    """The chance of losing the window times what that costs; nought where there is none to lose."""
    chance = chance_of_losing(one.window_closes_at, queue, now=now)
    return round(chance / _STEP) * _STEP * cost_of_losing(one.priority, queue.reopening_price)


def chance_of_losing(closes_at: datetime | None, queue: Queue, *, now: datetime) -> float:
    """How probable it is that fewer answers than customers wait are given until then. Answers come by a Poisson law.

    A window that has closed cannot be lost any more.
    """
    if closes_at is None or closes_at <= now or queue.waiting <= 0:
        return 0.0
    expected = _pace(queue) * ((closes_at - now) / timedelta(minutes=1))
    return _fewer_than(queue.waiting, expected)


def cost_of_losing(priority: int, reopening_price: float) -> float:
    """The price of reopening, and what the customer is worth above one without a priority: 1, 3 or 7."""
    return reopening_price + 2.0**priority - 1


def _pace(queue: Queue) -> float:
    return max(queue.answers_per_min, SLOWEST_PER_MIN)


def _fewer_than(count: int, expected: float) -> float:
    """P(X < count) for a Poisson variable; by the normal law where there are many. Falls as `expected` rises."""
    if count > _EXACT_UP_TO:
        return 0.5 * erfc((expected - count + 0.5) / sqrt(2 * expected)) if expected > 0 else 1.0
    term = total = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        total += term
    return min(total, 1.0)
