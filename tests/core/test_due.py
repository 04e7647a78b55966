"""The earlier of the promised answer and the window's end."""

from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.due import WITHOUT_TARGET, next_due

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=3)


@pytest.mark.parametrize(
    ("closes_in_min", "target_min", "due_in_min"),
    [
        (None, 4, 1),
        (30, 4, 1),
        (1, 10, 1),
        (-5, 10, 7),
    ],
)
def test_the_earlier_of_both_presses(closes_in_min: int | None, target_min: int, due_in_min: int) -> None:
    closes_at = None if closes_in_min is None else NOW + timedelta(minutes=closes_in_min)
    due = next_due(
        waiting_since=SINCE, window_closes_at=closes_at, promised_at=SINCE + timedelta(minutes=target_min), now=NOW
    )
    assert due == NOW + timedelta(minutes=due_in_min)


def test_without_any_of_both_whoever_waits_is_due_within_a_day() -> None:
    assert next_due(waiting_since=SINCE, window_closes_at=None, promised_at=None, now=NOW) == SINCE + WITHOUT_TARGET
