"""Whether an agent is there: online, busy, or offline, and why. The one answer to "who is here now". Pure.

A state is said, by the agent or by the desk for them, and holds until another is said, on every device. A socket that
is gone says nothing: a phone in a pocket has none. Only when no desk of theirs was open for a long while does the desk
say so for them (docs/decisions/0034-availability-is-said.md).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import msgspec

from threadline.core.errors import Invalid


class Availability(StrEnum):
    ONLINE = "online"
    """There, and gets new work."""
    BUSY = "busy"
    """Keeps their own, gets nothing new."""
    OFFLINE = "offline"
    """Away: who waits for them waits for everybody."""


class AwayReason(StrEnum):
    NONE = ""
    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    IDLE = "idle"
    """Touched nothing, and did not answer when asked."""
    VANISHED = "vanished"
    """No desk of theirs was open for a long while."""
    OFF_HOURS = "off_hours"
    """Their working hours ended."""


SAID_BY_DESK: Final = frozenset({AwayReason.IDLE, AwayReason.VANISHED, AwayReason.OFF_HOURS})
AvailabilityText = Literal["online", "busy", "offline"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one agent."""

    state: Availability
    reason: AwayReason = AwayReason.NONE


HERE: Final = Standing(state=Availability.ONLINE)
"""Of whoever never said anything."""


def check_standing(standing: Standing) -> None:
    """Raises Invalid: whoever is online has no reason to be away."""
    if standing.state is Availability.ONLINE and standing.reason is not AwayReason.NONE:
        raise Invalid("Who is online is not away.", field="reason", reason="online_without_reason")


def is_silent(standing: Standing) -> bool:
    """True while nothing is pushed: they went themselves, or their hours are over.

    Who only vanished or touched nothing is called all the same: the call is what brings them back.
    """
    return standing.state is Availability.OFFLINE and standing.reason not in (AwayReason.IDLE, AwayReason.VANISHED)


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent as far as somebody has to be found."""

    is_active: bool
    state: Availability = Availability.ONLINE


def is_there(worker: Worker | None) -> bool:
    """False for nobody, for one who left the workspace, and for one who is offline."""
    return worker is not None and worker.is_active and worker.state is not Availability.OFFLINE
