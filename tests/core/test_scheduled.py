"""When a message may be scheduled for."""

from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.errors import Conflict, Invalid
from threadline.core.scheduled import COUNT_LIMIT, ScheduledState, check_count, check_due_at, check_is_open

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (timedelta(0), "schedule_in_past"),
        (timedelta(days=-1), "schedule_in_past"),
        (timedelta(seconds=1), None),
        (timedelta(days=366), None),
        (timedelta(days=366, seconds=1), "schedule_too_far"),
    ],
)
def test_a_time_is_later_and_within_a_year(after: timedelta, reason: str | None) -> None:
    if reason is None:
        check_due_at(NOW + after, now=NOW)
        return
    with pytest.raises(Invalid) as refused:
        check_due_at(NOW + after, now=NOW)
    assert refused.value.reason == reason


def test_a_conversation_holds_a_bounded_number() -> None:
    check_count(COUNT_LIMIT - 1)
    with pytest.raises(Conflict):
        check_count(COUNT_LIMIT)


def test_what_is_over_cannot_be_changed() -> None:
    for state in (ScheduledState.WAITING, ScheduledState.HELD):
        check_is_open(state)
    for state, reason in ((ScheduledState.SENT, "scheduled_sent"), (ScheduledState.CANCELLED, "scheduled_cancelled")):
        with pytest.raises(Conflict) as refused:
            check_is_open(state)
        assert refused.value.reason == reason
