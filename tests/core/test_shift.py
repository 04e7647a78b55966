from datetime import UTC, datetime
from typing import Any

import pytest

from threadline.core.errors import Invalid
from threadline.core.shift import Shift, Worker, check_shift, is_there

WEEK = Shift(days=[0, 1, 2, 3, 4], from_minute=9 * 60, to_minute=17 * 60 + 30)


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
    assert is_there(Worker(is_active=True, shift=WEEK, zone="Europe/Amsterdam"), now) is is_so


def test_an_evening_lasts_until_midnight() -> None:
    evening = Shift(days=[1], from_minute=18 * 60, to_minute=24 * 60)
    check_shift(evening)
    worker = Worker(is_active=True, shift=evening)
    assert is_there(worker, datetime(2026, 11, 24, 23, 59, tzinfo=UTC))
    assert not is_there(worker, datetime(2026, 11, 25, 0, 0, tzinfo=UTC))


def test_nobody_and_who_left_are_not_there() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert is_there(Worker(is_active=True), now)
    assert not is_there(Worker(is_active=False), now)
    assert not is_there(None, now)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"days": []}, "shift.days"), ({"from_minute": 18 * 60}, "shift.to_minute")],
)
def test_a_shift_that_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    usual: dict[str, Any] = {"days": [0], "from_minute": 540, "to_minute": 1020}
    with pytest.raises(Invalid) as refused:
        check_shift(Shift(**(usual | change)))
    assert refused.value.field == field
