"""The simulator's own time. Windows, lifetimes, rates, retries and reviews all ask it, so that tests can move it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Wall-clock time plus an offset; it may be frozen, then it moves only when told to."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset_s = 0.0
        self.frozen_at: float | None = None

    def now(self) -> float:
        """Unix seconds of the simulated world."""
        return self._source() + self.offset_s if self.frozen_at is None else self.frozen_at

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    def set(self, at: float) -> None:
        if self.frozen_at is not None:
            self.frozen_at = at
        else:
            self.offset_s = at - self._source()

    def freeze(self, at: float | None = None) -> None:
        self.frozen_at = self.now() if at is None else at

    def run(self) -> None:
        """Let time pass again from where it stands."""
        if self.frozen_at is not None:
            at, self.frozen_at = self.frozen_at, None
            self.set(at)
