"""Conversations of one contact read as one: what may be merged, which clock stays, what taking apart brings back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.content import Line
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Invalid
from threadline.core.waiting import after_pause

MERGED_IN = "merged_in"
MERGED_INTO = "merged_into"
TAKEN_OUT = "taken_out"
TAKEN_APART = "taken_apart"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two conversations under its lock."""

    id: UUID
    contact_id: UUID
    state: ConversationState
    waiting_since: datetime | None
    paused_at: datetime | None
    merged_into: UUID | None


def check_may_merge(primary: Side, other: Side) -> None:
    """Raises Invalid for conversations of different people or the same twice, Conflict for what points elsewhere."""
    if primary.id == other.id:
        raise Invalid("A conversation cannot be merged with itself.", field="other_id", reason="merge_itself")
    if primary.contact_id != other.contact_id:
        raise Invalid(
            "Only conversations of one contact can be merged. Link them as related instead.",
            field="other_id",
            reason="merge_other_contact",
        )
    if primary.merged_into is not None or other.merged_into is not None:
        raise Conflict("One of them is merged already. Take it apart first.", reason="merged_already")
    if primary.state is ConversationState.RESOLVED:
        raise Conflict("This conversation is resolved. Reopen it first.", reason="merge_resolved")


def lent_clock(primary: Side, other: Side, *, now: datetime) -> datetime | None:
    """The other's clock as it goes on in the primary. None: nobody waits in it.

    Its own pause ends here. Where the primary's clock stands still, it shows what the customer has waited until now.
    """
    since = other.waiting_since
    if since is not None and other.paused_at is not None:
        since = after_pause(since, paused_at=other.paused_at, until=now)
    if since is None or primary.paused_at is None:
        return since
    return since - (now - primary.paused_at)


def merged_clock(own: datetime | None, lent: datetime | None) -> datetime | None:
    """The older one: the customer has waited since then, wherever they wrote."""
    return min((at for at in (own, lent) if at is not None), default=None)


def merge_line(what: str, *, other_id: UUID, channel: str, waiting_since: datetime | None = None) -> Line:
    """What both threads tell, with the channel's name of the day. A lent clock stands in it (core/waiting.py)."""
    data = {"conversation_id": str(other_id), "channel": channel}
    return Line(what=what, data=data if waiting_since is None else data | {"waiting_since": waiting_since.isoformat()})
