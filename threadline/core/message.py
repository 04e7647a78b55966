"""Messages: direction, authors, and the status that only ever moves forward."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
    LINE = "line"


class AuthorKind(StrEnum):
    CONTACT = "contact"
    AGENT = "agent"
    FLOW = "flow"
    SYSTEM = "system"
    PHONE_APP = "phone_app"
    """Somebody of ours answered in the provider's own app (coexistence)."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message, or caused a line."""

    kind: AuthorKind
    id: UUID | None


class Status(IntEnum):
    """Where an attempt stands. A total order: an update is the maximum, so it commutes (R6)."""

    QUEUED = 0
    SENDING = 1
    SENT = 2
    FAILED = 3
    DELIVERED = 4
    READ = 5
    PLAYED = 6


class SendClass(IntEnum):
    """Whose messages go first when a number has more to send than it may."""

    PERSON = 0
    FLOW = 1
    BROADCAST = 2


def shown_status(attempts: list[Status]) -> Status:
    """What a message shows of its attempts, oldest first: the newest, unless an older one got further than failed.

    A message sent again can so succeed, and a copy that arrived is never hidden by a later failure (R6).
    """
    best = max(attempts)
    return best if best > Status.FAILED else attempts[-1]
