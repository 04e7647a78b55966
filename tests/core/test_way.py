from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.errors import ThreadlineError, WindowClosed
from threadline.core.way import Way, check_way, check_window

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OPEN = Way(
    is_connected=True,
    blocked_reason=None,
    is_contact_blocked=False,
    window=timedelta(hours=24),
    window_closes_at=NOW + timedelta(seconds=1),
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_connected": False}, "channel_disconnected"),
        ({"blocked_reason": ""}, "customer_blocked"),
        ({"blocked_reason": "The number is on nobody's phone."}, "customer_blocked"),
        ({"is_contact_blocked": True}, "contact_blocked"),
        ({"is_connected": False, "is_contact_blocked": True}, "channel_disconnected"),
    ],
)
def test_what_lets_nothing_through_is_said(change: dict[str, object], reason: str) -> None:
    check_way(OPEN)
    with pytest.raises(ThreadlineError) as refused:
        check_way(_with(change))
    assert refused.value.reason == reason


def _with(change: dict[str, object]) -> Way:
    return replace(OPEN, **change)  # pyright: ignore[reportArgumentType]


def test_free_text_goes_while_the_window_is_open_and_where_there_is_none() -> None:
    check_window(OPEN, NOW)
    for closes_at in (NOW, None):
        with pytest.raises(WindowClosed):
            check_window(_with({"window_closes_at": closes_at}), NOW)
    check_window(_with({"window": None, "window_closes_at": None}), NOW)
