"""What is due next: the earlier of the time by which an answer is promised and the end of the window. Pure."""

from datetime import datetime, timedelta
from typing import Final

WITHOUT_TARGET: Final = timedelta(days=1)
"""Where no answer is promised within minutes, whoever waits should have one within a day."""


def next_due(
    *, waiting_since: datetime, window_closes_at: datetime | None, target: timedelta, now: datetime
) -> datetime:
    """Of somebody who waits. `target` nought: none is set. A window that has closed presses no more."""
    promised = waiting_since + (target or WITHOUT_TARGET)
    if window_closes_at is None or window_closes_at <= now:
        return promised
    return min(promised, window_closes_at)
