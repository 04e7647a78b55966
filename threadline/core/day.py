"""The day of a workspace: it begins at midnight of its business hours' zone, wherever the server stands. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day that a moment belongs to."""

    day: date
    began_at: datetime


def today_in(zone: tzinfo, now: datetime) -> Today:
    """Of an hour that the clocks show twice, the first is midnight; where they skip midnight, the day begins there."""
    day = now.astimezone(zone).date()
    return Today(day=day, began_at=datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))
