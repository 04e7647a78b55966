from datetime import UTC, datetime

import pytest

from threadline.core.errors import Invalid
from threadline.core.shift import Shift, Worker, check_shift, is_on_shift, is_there

WEEK = Shift(zone="Europe/Amsterdam", days=[0, 1, 2, 3, 4], start="09:00", end="17:30")


@pytest.mark.parametrize(
    ("now", "is_so"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 16, 29, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 7, 7, 0, tzinfo=UTC), True),
    ],
    ids=["begins", "a minute before", "a minute before the end", "ends", "a Saturday", "summer time"],
)
def test_hours_are_those_of_the_agents_own_zone(now: datetime, is_so: bool) -> None:
    assert is_on_shift(WEEK, now) is is_so


def test_a_night_lasts_until_midnight() -> None:
    night = Shift(zone="UTC", days=[1], start="18:00", end="24:00")
    check_shift(night)
    assert is_on_shift(night, datetime(2026, 11, 24, 23, 59, tzinfo=UTC))
    assert not is_on_shift(night, datetime(2026, 11, 25, 0, 0, tzinfo=UTC))


def test_nobody_and_who_left_are_not_there() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert is_there(Worker(is_active=True, shift=None), now)
    assert not is_there(Worker(is_active=False, shift=None), now)
    assert not is_there(None, now)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone": "Mars/Olympus"}, "shift.zone"),
        ({"zone": "../etc/passwd"}, "shift.zone"),
        ({"zone": ""}, "shift.zone"),
        ({"days": []}, "shift.days"),
        ({"days": [7]}, "shift.days"),
        ({"start": "18:00"}, "shift.end"),
        ({"start": "nine"}, "shift.start"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_shift(Shift(**{"zone": "UTC", "days": [0], "start": "09:00", "end": "17:00", **change}))  # type: ignore[arg-type]
    assert refused.value.field == field
