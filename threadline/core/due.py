"""What is due next: the earlier of the time by which an answer is promised and the end of the window. Pure."""

from datetime import datetime, timedelta
from typing import Final

WITHOUT_TARGET: Final = timedelta(days=1)
"""Where no answer is promised within minutes, whoever waits should have one within a day."""


def next_due(
    *, waiting_since: datetime, window_closes_at: datetime | None, promised_at: datetime | None, now: datetime
) -> datetime:
    """Of somebody who waits. `promised_at`: by the service level; None: by none. A closed window presses no more."""
    promised_at = promised_at or waiting_since + WITHOUT_TARGET
    if window_closes_at is None or window_closes_at <= now:
        return promised_at
    return min(promised_at, window_closes_at)
