"""Whether anything can reach a customer on a channel: asked when something is sent, and before it is chosen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from threadline.core.errors import CannotSend, WindowClosed
from threadline.core.window import is_window_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From us to one customer on one channel."""

    is_connected: bool
    blocked_reason: str | None
    """Set, be it empty: the provider or the customer does not let us through."""
    is_contact_blocked: bool
    """We do not want to hear of them, on any channel."""
    window: timedelta | None
    """Of the channel type; None: it knows none."""
    window_closes_at: datetime | None


def check_way(way: Way) -> None:
    """Raises CannotSend where nothing gets through, whatever it is."""
    if not way.is_connected:
        raise CannotSend(
            "This channel is disconnected. Connect it again, or write on another one.", reason="channel_disconnected"
        )
    if way.blocked_reason is not None:
        raise CannotSend(way.blocked_reason or "This customer is blocked on this channel.", reason="customer_blocked")
    if way.is_contact_blocked:
        raise CannotSend("You have blocked this contact. Unblock them to write.", reason="contact_blocked")


def check_window(way: Way, now: datetime) -> None:
    """Raises WindowClosed: only an approved template gets through."""
    if not is_window_open(way.window_closes_at, window=way.window, now=now):
        raise WindowClosed(
            "The customer's last message is too long ago for free text. Send an approved template.",
            reason="window_closed",
        )
