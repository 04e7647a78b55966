"""Scheduled messages: when one may be set for, and what became of it."""

from datetime import datetime, timedelta
from enum import StrEnum

from threadline.core.errors import Conflict, Invalid

FARTHEST = timedelta(days=366)
COUNT_LIMIT = 20
"""How many may stand open in one conversation, those that are held among them."""


class ScheduledState(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    """Its time came and it could not go out: a draft with a reason, until a person decides."""
    SENT = "sent"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({ScheduledState.WAITING, ScheduledState.HELD})


def check_due_at(due_at: datetime, *, now: datetime) -> None:
    """Raises Invalid for a time that is over, and for one that nobody will remember."""
    if due_at <= now:
        raise Invalid("This time is over. Choose a later one.", field="due_at", reason="schedule_in_past")
    if due_at > now + FARTHEST:
        raise Invalid("Choose a time within a year.", field="due_at", reason="schedule_too_far")


def check_count(count: int) -> None:
    """`count` stand open in the conversation. Raises Conflict if one more is too many."""
    if count >= COUNT_LIMIT:
        raise Conflict(
            f"{COUNT_LIMIT} messages are scheduled in this conversation already.",
            reason="too_many_scheduled",
            values={"limit": str(COUNT_LIMIT)},
        )


def check_is_open(state: ScheduledState) -> None:
    """Raises Conflict for one that somebody sent or cancelled a moment ago."""
    if state is ScheduledState.SENT:
        raise Conflict("This message has been sent already.", reason="scheduled_sent")
    if state is ScheduledState.CANCELLED:
        raise Conflict("Somebody has cancelled this message already.", reason="scheduled_cancelled")
