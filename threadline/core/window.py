"""The service window: how long after a customer's message free text may be sent."""

from datetime import datetime, timedelta


def window_closes_at(last_inbound_at: datetime | None, *, window: timedelta | None) -> datetime | None:
    """When the window closes; None if the channel has none or the customer never wrote.

    Computed from the provider's time of the customer's last message or call; reactions do not open it.
    """
    if window is None or last_inbound_at is None:
        return None
    return last_inbound_at + window


def is_window_open(closes_at: datetime | None, *, window: timedelta | None, now: datetime) -> bool:
    """True if free text may go: the channel knows no window, or it has not closed yet (the end itself is closed)."""
    if window is None:
        return True
    return closes_at is not None and now < closes_at
