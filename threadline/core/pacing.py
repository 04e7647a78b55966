"""How fast a number may speak: its rate, the pace towards one customer, and what an outage does to both.

Times are seconds of a monotonic clock that the caller reads; nothing here asks for the time. Limits are the provider's
(whatsapp.md §1.3); keeping them is our business, because a number that runs into them is slowed down for everybody.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

_MARGIN = 1.025
"""How much longer than a second the sliding second is: what the way to the provider may add or take."""

_BURST_S = 0.15
"""How much of a second a number that was idle may send at once."""

_NOTABLE_DELAY_S = 0.005
_PERIOD_S = 20.0
"""What was fastest is forgotten after one to two of these."""

_SLOWEST = 0.05
"""A number slowed down by its provider still sends at this part of its rate."""

_RECOVERY_S = 30.0
"""How long it takes from half the rate back to the whole."""


@dataclass(slots=True)
class SendRate:
    """A number's messages per second: a small bucket for evenness and a sliding second that is never exceeded.

    The second is a little longer than one, because requests that leave evenly do not arrive so.

    A message counts from when it is reserved (claimed) until a second after it arrived, so that whatever happens on the
    way no second sees more than the limit. When it arrived is known from the answer: as much later than it left as the
    answer took longer than the fastest lately. A fresh one starts empty: whoever had the number before may have used
    this second up.
    """

    per_second: float
    started_at: float
    _factor: float = 1.0
    _tokens: float = 0.0
    _refilled_at: float = field(init=False)
    _slowed_at: float = -math.inf
    _resting_until: float = -math.inf
    _reserved: int = 0
    _departures: deque[float] = field(default_factory=deque[float])
    _late: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """(until, from): when a message that arrived late still counts although it left long ago."""
    _fastest_s: float = math.inf
    _fastest_before_s: float = math.inf
    _period_ends_at: float = -math.inf

    def __post_init__(self) -> None:
        self._refilled_at = self.started_at

    @property
    def capacity(self) -> float:
        return max(1.0, self.rate_at(self._refilled_at) * _BURST_S)

    def rate_at(self, now: float) -> float:
        """Messages per second at this moment: the limit, or less after the provider complained."""
        recovered = self._factor + max(0.0, now - self._slowed_at) * 0.5 / _RECOVERY_S
        return self.per_second / _MARGIN * min(1.0, recovered)

    def allowance(self, now: float) -> int:
        """How many may be reserved now."""
        if now < self._resting_until:
            return 0
        self._refill(now)
        self._forget(now)
        left_in_second = math.floor(max(1.0, self.per_second)) - self._counted(now)
        return max(0, min(math.floor(self._tokens + 1e-9), left_in_second))

    def reserve(self, count: int) -> None:
        self._tokens -= count
        self._reserved += count

    def depart(self, now: float) -> None:
        """One reserved message leaves now."""
        self._reserved -= 1
        self._departures.append(now)

    def answered(self, left_at: float, now: float) -> None:
        """The answer to a message that left then came now."""
        took_s = now - left_at
        if now >= self._period_ends_at:
            self._period_ends_at = now + _PERIOD_S
            self._fastest_before_s, self._fastest_s = self._fastest_s, math.inf
        known_s = min(self._fastest_s, self._fastest_before_s)
        self._fastest_s = min(self._fastest_s, took_s)
        if took_s > known_s + _NOTABLE_DELAY_S:
            self._count_longer(left_at, took_s - known_s)
        elif took_s < known_s - _NOTABLE_DELAY_S:
            slower_s = known_s - took_s if known_s < math.inf else 0.0
            for earlier_at in self._departures:  # judged by a way that was not the fastest after all
                self._count_longer(earlier_at, slower_s)

    def _count_longer(self, left_at: float, delay_s: float) -> None:
        heapq.heappush(self._late, (left_at + self._window_s + delay_s, left_at + self._window_s))

    def ready_in_s(self, now: float) -> float:
        """After how long at least one may be reserved; a lower bound while reserved ones have not left."""
        if self.allowance(now) > 0:
            return 0.0
        wait = max(0.0, self._resting_until - now)
        rate = self.rate_at(now)
        if self._tokens < 1:
            wait = max(wait, (1 - self._tokens) / rate)
        if self._departures and self._counted(now) >= math.floor(max(1.0, self.per_second)):
            wait = max(wait, self._departures[0] + self._window_s - now)
        return max(wait, 0.001)

    def slow_down(self, now: float, *, rest_s: float) -> None:
        """The provider said it was too much: halve the rate and rest. It grows back over half a minute.

        What was on its way together is refused together, so complaints of one second are one.
        """
        self._resting_until = max(self._resting_until, now + rest_s)
        self._tokens = min(self._tokens, 0.0)
        if now < self._slowed_at + 1.0:
            return
        self._factor = max(_SLOWEST, self.rate_at(now) * _MARGIN / self.per_second / 2)
        self._slowed_at = now

    @property
    def _window_s(self) -> float:
        """A second, or what one message takes where the limit is below one per second."""
        return max(1.0, 1 / self.per_second) * _MARGIN

    def _refill(self, now: float) -> None:
        elapsed = max(0.0, now - self._refilled_at)
        self._refilled_at = now
        self._tokens = min(self.capacity, self._tokens + elapsed * self.rate_at(now))

    def _forget(self, now: float) -> None:
        while self._departures and self._departures[0] <= now - self._window_s:
            self._departures.popleft()
        while self._late and self._late[0][0] <= now:
            heapq.heappop(self._late)

    def _counted(self, now: float) -> int:
        late = sum(1 for _, begins_at in self._late if begins_at <= now)
        return self._reserved + len(self._departures) + late


@dataclass(slots=True)
class PairLimits:
    """The pace towards each customer: one per `interval_s` in the long run, `burst` at once, borrowed from the future.

    Generic cell rate algorithm (ITU-T I.371): per customer one number, the time at which everything sent so far would
    have been sent evenly. A customer whom the provider protects further is left alone for 4^n seconds.
    """

    interval_s: float
    burst: int
    _even_at: dict[UUID, float] = field(default_factory=dict[UUID, float])
    _blocked_until: dict[UUID, float] = field(default_factory=dict[UUID, float])
    _refusals: dict[UUID, int] = field(default_factory=dict[UUID, int])

    @property
    def is_limited(self) -> bool:
        return self.interval_s > 0 and self.burst > 0

    @property
    def memory_s(self) -> float:
        """How far back messages still count: what a new host must look at."""
        return self.interval_s * (self.burst + 1) if self.is_limited else 0.0

    def note(self, contact_id: UUID, at: float) -> None:
        """A message to this customer was claimed at this time."""
        if not self.is_limited:
            return
        even_at = max(self._even_at.get(contact_id, at), at) + self.interval_s
        self._even_at[contact_id] = even_at
        free_at = even_at - (self.burst - 1) * self.interval_s
        if free_at > at:
            self._block(contact_id, free_at)

    def refused(self, contact_id: UUID, now: float) -> float:
        """The provider said it was too much for this customer. Returns how long to leave them alone: 1, 4, 16… s."""
        count = self._refusals.get(contact_id, 0)
        self._refusals[contact_id] = count + 1
        wait_s = pair_retry_in_s(count)
        self._block(contact_id, now + wait_s)
        return wait_s

    def accepted(self, contact_id: UUID) -> None:
        self._refusals.pop(contact_id, None)

    def blocked(self, now: float) -> list[UUID]:
        """The customers to whom nothing may go now."""
        over = [contact_id for contact_id, until in self._blocked_until.items() if until <= now]
        for contact_id in over:
            del self._blocked_until[contact_id]
        return list(self._blocked_until)

    def next_free_at(self) -> float:
        return min(self._blocked_until.values(), default=math.inf)

    def forget(self, now: float) -> None:
        """Drop customers whose pace is even again; called now and then so that memory stays bounded."""
        self._even_at = {contact_id: even_at for contact_id, even_at in self._even_at.items() if even_at > now}

    def _block(self, contact_id: UUID, until: float) -> None:
        self._blocked_until[contact_id] = max(until, self._blocked_until.get(contact_id, until))


def pair_retry_in_s(refusals: int) -> float:
    """4^X seconds, X = 0, 1, 2… (docs/whatsapp.md §1.3), at most a good hour."""
    return float(4 ** min(refusals, 6))


_BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def retry_in_s(try_no: int) -> float | None:
    """How long after the failed try number `try_no` (from 1) the same message may go again; None: give up.

    Only for what provably was not sent. Together a good minute: after that a person should know.
    """
    return _BACK_OFF_S[try_no - 1] if try_no <= len(_BACK_OFF_S) else None


_TRIPS_AFTER = 10
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0


@dataclass(slots=True)
class Breaker:
    """A provider's outage: after ten failures in a row nothing goes but one probe at a time, at growing intervals."""

    _failures: int = 0
    _pause_s: float = _FIRST_PAUSE_S
    _closed_until: float = -math.inf
    _is_probing: bool = False

    @property
    def is_open(self) -> bool:
        return self._failures >= _TRIPS_AFTER

    @property
    def pause_s(self) -> float:
        return self._pause_s

    def allowance(self, now: float, wanted: int) -> int:
        """How many of the wanted may go: all, none, or one probe."""
        if not self.is_open:
            return wanted
        if self._is_probing or now < self._closed_until:
            return 0
        return min(1, wanted)

    def probe(self) -> None:
        """A message goes out while the breaker is open: nothing follows until its outcome is known."""
        self._is_probing = self.is_open

    def succeeded(self) -> None:
        self._failures = 0
        self._pause_s = _FIRST_PAUSE_S
        self._is_probing = False

    def failed(self, now: float) -> None:
        """One more failure that says nothing about the message and all about the provider."""
        was_open = self.is_open
        self._failures += 1
        if not self.is_open or (was_open and not self._is_probing):
            return
        if self._is_probing:
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        self._is_probing = False
        self._closed_until = now + self._pause_s

    def ready_in_s(self, now: float) -> float:
        if not self.is_open:
            return 0.0
        return math.inf if self._is_probing else max(0.0, self._closed_until - now)
