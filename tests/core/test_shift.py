from datetime import UTC, datetime
from typing import Any

import pytest

from threadline.core.errors import Invalid
from threadline.core.shift import Shift, check_shift, has_ended

WEEK = Shift(days=[0, 1, 2, 3, 4], from_minute=9 * 60, to_minute=17 * 60 + 30)


@pytest.mark.parametrize(
    ("since", "now", "is_so"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 24, 16, 29, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 24, 16, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 25, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), datetime(2026, 11, 30, 16, 29, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), datetime(2026, 11, 30, 16, 30, tzinfo=UTC), True),
        (datetime(2026, 7, 7, 7, 0, tzinfo=UTC), datetime(2026, 7, 7, 15, 30, tzinfo=UTC), True),
    ],
    ids=["a minute before", "ends", "who came after it stays", "came on a Saturday", "until Monday", "summer time"],
)
def test_hours_end_by_the_agents_own_clock(since: datetime, now: datetime, is_so: bool) -> None:
    assert has_ended(WEEK, "Europe/Amsterdam", since=since, now=now) is is_so


def test_an_evening_lasts_until_midnight() -> None:
    evening = Shift(days=[1], from_minute=18 * 60, to_minute=24 * 60)
    check_shift(evening)
    begun = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
    assert not has_ended(evening, "", since=begun, now=datetime(2026, 11, 24, 23, 59, tzinfo=UTC))
    assert has_ended(evening, "", since=begun, now=datetime(2026, 11, 25, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"days": []}, "shift.days"), ({"from_minute": 18 * 60}, "shift.to_minute")],
)
def test_a_shift_that_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    usual: dict[str, Any] = {"days": [0], "from_minute": 540, "to_minute": 1020}
    with pytest.raises(Invalid) as refused:
        check_shift(Shift(**(usual | change)))
    assert refused.value.field == field
