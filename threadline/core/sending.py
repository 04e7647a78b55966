"""Rules of sending that need no database: what a message shows of its parts, and what follows an unknown outcome."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from threadline.core.message import SendClass, Status, shown_status

ORDER_WAIT = timedelta(seconds=60)
"""How long a message waits for the one before it in its conversation, counted from that one's first try (R5)."""

QUEUE_KEPT = timedelta(hours=24)
"""How long a message may wait for a provider or a pause to end before it fails with that reason (R23)."""


def message_status(parts: Sequence[Sequence[Status]]) -> Status:
    """What a message shows: its least advanced part, failed if any part failed. Attempts of a part are oldest first."""
    shown = [shown_status(list(attempts)) for attempts in parts]
    return Status.FAILED if Status.FAILED in shown else min(shown)


class UncertainPolicy(StrEnum):
    """What follows when nobody can say whether an attempt arrived (R7)."""

    RESEND_MARKED = "resend_marked"
    """Send it once more, as a copy that says so."""
    HOLD_MARKED = "hold_marked"
    """Leave it marked until a person decides."""


def decide_uncertain(send_class: SendClass, *, is_copy: bool) -> UncertainPolicy:
    """A reply is worth a possible duplicate, a broadcast is not, and a copy is never copied."""
    if is_copy or send_class is SendClass.BROADCAST:
        return UncertainPolicy.HOLD_MARKED
    return UncertainPolicy.RESEND_MARKED
