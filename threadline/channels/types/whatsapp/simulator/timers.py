"""Things due at a time of the simulator's clock: statuses, retries, reviews, pauses. They survive a restart."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from .clock import Clock
from .state import Timer

Action = Callable[[list[str]], None]
LONG_S = 3600.0


class Timers:
    """A heap of timers and the one alarm of the event loop that serves it."""

    def __init__(self, heap: list[Timer], clock: Clock) -> None:
        heapq.heapify(heap)
        self._heap = heap
        self._clock = clock
        self._seq = max((timer.seq for timer in heap), default=0)
        self._actions: dict[str, Action] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.runs = 0

    def on(self, kind: str, action: Action) -> None:
        self._actions[kind] = action

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.rearm()

    def stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._loop = None, None

    def add(self, due: float, kind: str, *data: str) -> None:
        self._seq += 1
        heapq.heappush(self._heap, Timer(due=due, seq=self._seq, kind=kind, data=list(data)))
        if self._loop is not None and (self._alarm is None or due < self._alarm_at):
            self.rearm()

    def next_due(self) -> float | None:
        return self._heap[0].due if self._heap else None

    def waiting(self, kinds: frozenset[str]) -> int:
        return sum(timer.kind in kinds for timer in self._heap)

    def waiting_data(self, kind: str) -> set[str]:
        """The first datum of each timer of this kind."""
        return {timer.data[0] for timer in self._heap if timer.kind == kind}

    def next_due_of(self, kinds: frozenset[str]) -> float | None:
        return min((timer.due for timer in self._heap if timer.kind in kinds), default=None)

    def run_due(self) -> None:
        """Do everything whose time has come, in the order of its time."""
        now = self._clock.now()
        while self._heap and self._heap[0].due <= now:
            timer = heapq.heappop(self._heap)
            self.runs += 1
            self._actions[timer.kind](timer.data)

    def rearm(self) -> None:
        """Set the alarm anew; called when the clock was moved too."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._loop is None or not self._heap:
            return
        self._alarm_at = self._heap[0].due
        wait_s = self._alarm_at - self._clock.now()
        if wait_s > 0 and self._clock.is_frozen:
            return
        self._alarm = self._loop.call_later(min(max(wait_s, 0.0), LONG_S), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        try:
            self.run_due()
        finally:
            self.rearm()
