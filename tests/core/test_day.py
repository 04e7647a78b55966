"""When the day of a workspace begins, wherever the server stands and whatever its clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from threadline.core.day import today_in


@pytest.mark.parametrize(
    ("zone", "now", "day", "began_at"),
    [
        ("UTC", "2026-11-27T23:59:59Z", "2026-11-27", "2026-11-27T00:00:00Z"),
        ("Asia/Tokyo", "2026-11-27T15:00:00Z", "2026-11-28", "2026-11-27T15:00:00Z"),
        ("Asia/Tokyo", "2026-11-27T14:59:59Z", "2026-11-27", "2026-11-26T15:00:00Z"),
        ("America/Sao_Paulo", "2026-11-27T01:00:00Z", "2026-11-26", "2026-11-26T03:00:00Z"),
        # The clocks go forward at midnight: the day begins at one.
        ("Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-24", "2026-04-23T22:00:00Z"),
        # They go back at midnight, and show the last hour of the day before once more.
        ("Africa/Cairo", "2026-10-30T12:00:00Z", "2026-10-30", "2026-10-29T22:00:00Z"),
        # A day of 25 hours.
        ("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25", "2026-10-24T22:00:00Z"),
    ],
)
def test_the_day_begins_at_midnight_there(zone: str, now: str, day: str, began_at: str) -> None:
    found = today_in(ZoneInfo(zone), datetime.fromisoformat(now))
    assert (found.day.isoformat(), found.began_at) == (day, datetime.fromisoformat(began_at))


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Tokyo", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Europe/Berlin"]
)
def test_it_is_the_first_moment_that_has_this_date(zone: str) -> None:
    """Every half hour of a year: what is a step before the beginning has another date."""
    where = ZoneInfo(zone)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    while now.year == 2026:
        found = today_in(where, now)
        assert found.began_at <= now
        assert found.began_at.astimezone(where).date() == found.day
        assert (found.began_at - timedelta(microseconds=1)).astimezone(where).date() < found.day
        now += timedelta(minutes=30)
