"""Finishing a shift: what becomes of the chats and scheduled messages of an agent who goes. Pure.

Whoever waits must not wait for somebody who is not there: they are handed over, or put off for everybody.
What is quiet may stay: routing takes it when the customer writes (docs/decisions/0039-a-shift-is-finished-whole.md).
"""

from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

import msgspec

from threadline.core.availability import AvailabilityText
from threadline.core.errors import Conflict, Invalid
from threadline.core.scheduled import ScheduledState

MOST_CHATS: Final = 500
"""So many chats, and as many scheduled messages, are looked at when somebody goes."""


class Choice(StrEnum):
    """What becomes of one chat."""

    HAND = "hand"
    """To a person, a team's queue, or everybody."""
    SNOOZE = "snooze"
    KEEP = "keep"
    """It stays with whoever goes, quiet until the customer writes."""
    RESOLVE = "resolve"


ChoiceText = Literal["hand", "snooze", "keep", "resolve"]


class SchedulingChoice(StrEnum):
    """What becomes of one scheduled message."""

    HAND = "hand"
    """Somebody else's: it goes out in their name."""
    HOLD = "hold"
    """A draft with its reason, until a person decides."""
    KEEP = "keep"


SchedulingChoiceText = Literal["hand", "hold", "keep"]
Going = Literal["offline", "gone"]
"""They are offline now; or they do not work here any more."""


def check_choice(choice: Choice, *, is_waiting: bool) -> None:
    """Raises Conflict: whoever waits is neither kept by somebody who goes, nor resolved without an answer."""
    if not is_waiting:
        return
    if choice is Choice.KEEP:
        raise Conflict("This customer waits for an answer. Hand them over.", reason="waiting_not_kept")
    if choice is Choice.RESOLVE:
        raise Conflict(
            "This customer waits for an answer. Answer, or say that none is needed, before you resolve.",
            reason="waiting_not_resolved",
        )


def check_receiver(*, is_self: bool, is_active: bool, state: AvailabilityText, is_waiting: bool) -> None:
    """Raises Invalid for whoever goes themselves, one who left, and one who is offline while the customer waits."""
    if is_self:
        raise Invalid("Choose somebody else: this person goes.", field="assignee_id", reason="receiver_goes")
    if not is_active:
        raise Invalid("This person is not in the workspace.", field="assignee_id", reason="person_not_here")
    if is_waiting and state == "offline":
        raise Invalid(
            "This person is offline, and the customer waits. Choose somebody who is there, or a team.",
            field="assignee_id",
            reason="receiver_offline",
        )


def stays_assigned(choice: Choice, *, is_waiting: bool) -> bool:
    """Whether a chat that is put off or kept stays with whoever goes; whoever waits belongs to everybody meanwhile."""
    return choice in (Choice.SNOOZE, Choice.KEEP) and not is_waiting


def check_scheduling(choice: SchedulingChoice, *, going: Going, state: ScheduledState) -> None:
    """Raises Conflict: nothing goes out in the name of somebody who does not work here any more.

    What is held waits for a person already.
    """
    if choice is SchedulingChoice.KEEP and going == "gone" and state is ScheduledState.WAITING:
        raise scheduled_left(1)


def waiting_left(count: int) -> Conflict:
    """Of somebody who is to go for good."""
    return Conflict(
        "Customers wait for this person. Say who answers them.",
        reason="waiting_left",
        values={"count": str(count)},
    )


def scheduled_left(count: int) -> Conflict:
    """Of somebody who is to go for good."""
    return Conflict(
        "This person has scheduled messages. Say what becomes of them.",
        reason="scheduled_left",
        values={"count": str(count)},
    )


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be done as wished, and why."""

    id: UUID
    """Of the conversation or of the scheduled message."""
    reason: str
    """Names the sentence."""
    title: str
