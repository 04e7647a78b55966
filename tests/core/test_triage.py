"""Whom to answer first: never lower for less time, nobody starves, and fewer windows are lost than in a plain queue."""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from threadline.core.triage import (
    CHEAPEST,
    DEAREST,
    PATIENCE,
    Candidate,
    Queue,
    chance_of_losing,
    cost_of_losing,
    score,
    triage,
)

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def waiting(number: int, *, since_min: float, left_min: float | None = None, priority: int = 0) -> Candidate:
    closes_at = None if left_min is None else NOW + minutes(left_min)
    return Candidate(UUID(int=number), NOW - minutes(since_min), closes_at, priority)


def order(candidates: Sequence[Candidate], *, per_min: float = 1.0, price: float = 1.0) -> list[int]:
    return [id.int for id in triage(candidates, Queue(len(candidates), per_min, price), now=NOW)]


def test_without_a_window_that_presses_it_is_the_order_of_waiting() -> None:
    calm = [waiting(1, since_min=1), waiting(2, since_min=3, left_min=1400), waiting(3, since_min=2, left_min=900)]
    assert [score(one, Queue(3, 1.0), now=NOW) for one in calm] == [0, 0, 0]
    assert order(calm) == [2, 3, 1]


def test_who_would_lose_a_window_comes_first_and_a_closed_one_is_not_lost_again() -> None:
    rows = [waiting(1, since_min=0.9), waiting(2, since_min=0.5, left_min=2), waiting(3, since_min=0.8, left_min=-5)]
    assert order(rows) == [2, 1, 3]


def test_nobody_waiting_is_nothing_to_lose() -> None:
    assert chance_of_losing(NOW + minutes(1), Queue(0, 1.0), now=NOW) == 0
    assert triage([], Queue(0, 0.0), now=NOW) == []


def test_what_costs_more_to_lose_comes_first() -> None:
    rows = [waiting(1, since_min=2, left_min=3), waiting(2, since_min=1, left_min=3, priority=1)]
    assert order(rows, per_min=0.5) == [2, 1]
    assert [cost_of_losing(priority, 1.0) for priority in range(4)] == [1, 2, 4, 8]


def test_the_dearer_a_window_is_the_less_priority_says_beside_it() -> None:
    """Somebody important whose window may just hold, and somebody else whose window will not."""
    rows = [waiting(1, since_min=5, left_min=3.2, priority=3), waiting(2, since_min=1, left_min=1)]
    rows += [waiting(number, since_min=9) for number in (3, 4)]
    assert order(rows, price=CHEAPEST)[:2] == [1, 2]
    assert order(rows, price=DEAREST)[:2] == [2, 1]
    equal = [waiting(1, since_min=1, left_min=1), waiting(2, since_min=1, left_min=1, priority=1)]
    for price in (CHEAPEST, 1.0, DEAREST):
        assert order(equal, price=price) == [2, 1], "of two alike the more important one"


def test_a_quicker_team_loses_less() -> None:
    chances = [chance_of_losing(NOW + minutes(30), Queue(40, pace), now=NOW) for pace in (0.5, 1.0, 1.5, 3.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert chances[-1] < 0.01


PRICES = st.floats(CHEAPEST, DEAREST)
_ROWS = st.lists(
    st.tuples(st.floats(0, 3000), st.one_of(st.none(), st.floats(-100, 1500)), st.integers(0, 3)),
    min_size=1,
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no fault of the rule
@given(rows=_ROWS, place=st.integers(0, 59), less=st.floats(0.01, 1), pace=st.floats(0, 5), price=PRICES)
def test_less_time_left_never_lowers_a_place(
    rows: list[tuple[float, float | None, int]], place: int, less: float, pace: float, price: float
) -> None:
    candidates = [
        waiting(number, since_min=since, left_min=left, priority=priority)
        for number, (since, left, priority) in enumerate(rows)
    ]
    one = candidates[place % len(candidates)]
    if one.window_closes_at is None or one.window_closes_at <= NOW:
        return
    sooner = replace(one, window_closes_at=NOW + (one.window_closes_at - NOW) * less)
    if sooner.window_closes_at == NOW:
        return
    changed = [sooner if each is one else each for each in candidates]
    places = [order(each, per_min=pace, price=price).index(one.id.int) for each in (changed, candidates)]
    assert places[0] <= places[1]


@pytest.mark.parametrize("price", [CHEAPEST, 1.0, DEAREST])
def test_nobody_starves_while_others_press_for_ever(price: float) -> None:
    """More customers whose windows close at once come than can be answered; one without a window gets a turn."""
    calm = Candidate(UUID(int=0), NOW - PATIENCE + minutes(90), None)
    queue: list[Candidate] = [calm]
    turn = None
    for minute in range(1, 200):
        now = NOW + minutes(minute)
        queue += [Candidate(UUID(int=minute * 2 + half), now, now + minutes(1.5), priority=3) for half in range(2)]
        first = triage(queue, Queue(len(queue), 1.0, price), now=now)[0]
        if first == calm.id:
            turn = minute
            break
        queue = [one for one in queue if one.id != first]
    assert turn == 90


@dataclass(frozen=True)
class Outcome:
    lost: int
    """Windows that closed while the customer waited."""
    p90_min: float


Order = Callable[[Sequence[Candidate], Queue, datetime], UUID]


def _first_come(queue: Sequence[Candidate], _queue: Queue, _now: datetime) -> UUID:
    return min(queue, key=lambda one: (one.waiting_since, one.id)).id


def _by_triage(price: float) -> Order:
    return lambda queue, state, now: triage(queue, replace(state, reopening_price=price), now=now)[0]


def _simulate(seed: int, choose: Order, *, backlog: int, hands: int, arrivals_per_min: float, hours: int) -> Outcome:
    """A morning with what came in two days. Windows last a day from the last message, and many wrote again since."""
    chance, important = random.Random(seed), random.Random(seed)
    numbers = iter(range(1, 10**9))

    def customer(came: datetime, now: datetime) -> Candidate:
        again = came + (now - came) * chance.random() if chance.random() < 0.6 else came
        closes = None if chance.random() < 0.1 else again + timedelta(hours=24)
        return Candidate(
            UUID(int=next(numbers)), came, closes, priority=important.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3))
        )

    queue = [customer(NOW - timedelta(hours=chance.uniform(0, 48)), NOW) for _ in range(backlog)]
    end, at = NOW + timedelta(hours=hours), NOW
    coming: list[datetime] = []
    while at < end:
        at += minutes(chance.expovariate(arrivals_per_min))
        coming.append(at)
    free = [NOW + minutes(chance.uniform(0, 4)) for _ in range(hands)]
    heapq.heapify(free)
    waits: list[float] = []
    lost = 0
    while queue or coming:
        now = heapq.heappop(free)
        while coming and (coming[0] <= now or not queue):
            came = coming.pop(0)
            now = max(now, came)
            queue.append(customer(came, came))
        chosen = choose(queue, Queue(len(queue), hands / 4), now)
        one = next(each for each in queue if each.id == chosen)
        queue.remove(one)
        waits.append((now - one.waiting_since) / minutes(1))
        lost += one.window_closes_at is not None and NOW < one.window_closes_at <= now
        heapq.heappush(free, now + minutes(chance.uniform(2, 6)))
    return Outcome(lost, quantiles(waits, n=10)[-1])


@pytest.mark.parametrize("price", [CHEAPEST, 1.0, DEAREST])
def test_fewer_windows_are_lost_than_by_first_come_and_waits_stay_within_a_fifth(price: float) -> None:
    for backlog, hands, arrivals in ((200, 3, 0.5), (300, 5, 1.0), (600, 6, 1.0)):
        lost, lost_in_turn = 0, 0
        for seed in range(3):
            settings = {"backlog": backlog, "hands": hands, "hours": 6}
            ours = _simulate(seed, _by_triage(price), arrivals_per_min=arrivals, **settings)
            theirs = _simulate(seed, _first_come, arrivals_per_min=arrivals, **settings)
            assert ours.p90_min <= 1.2 * theirs.p90_min, (backlog, seed, ours, theirs)
            lost, lost_in_turn = lost + ours.lost, lost_in_turn + theirs.lost
        assert lost < lost_in_turn
