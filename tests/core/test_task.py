"""When a reminder helps, and how long a check list may be."""

from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.errors import Invalid
from threadline.core.task import MOST_STEPS, Step, check_steps, check_times

_NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("due_in", "remind_in"), [(None, None), (_HOUR, None), (-_HOUR, None), (None, _HOUR), (_HOUR, _HOUR)]
)
def test_a_reminder_comes_in_time(due_in: timedelta | None, remind_in: timedelta | None) -> None:
    check_times(_at(due_in), _at(remind_in), now=_NOW)


@pytest.mark.parametrize(
    ("due_in", "remind_in", "reason"),
    [
        (None, timedelta(0), "remind_in_past"),
        (None, -_HOUR, "remind_in_past"),
        (_HOUR, 2 * _HOUR, "remind_after_due"),
    ],
)
def test_a_reminder_that_helps_nobody_is_refused(due_in: timedelta | None, remind_in: timedelta, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_times(_at(due_in), _at(remind_in), now=_NOW)
    assert refused.value.reason == reason


def test_a_check_list_has_an_end() -> None:
    check_steps([Step(text="x")] * MOST_STEPS)
    with pytest.raises(Invalid):
        check_steps([Step(text="x")] * (MOST_STEPS + 1))


def _at(after: timedelta | None) -> datetime | None:
    return None if after is None else _NOW + after
