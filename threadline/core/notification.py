"""What an agent is told of, and by which ways. Pure.

In the desk a notification is a row of the agent's own list; the other ways carry the same row further.
"""

from enum import StrEnum

import msgspec


class NotificationKind(StrEnum):
    ASSIGNED = "assigned"
    """Somebody gave me a conversation."""
    MENTIONED = "mentioned"
    NOT_DELIVERED = "not_delivered"
    """A message of mine, or in a conversation of mine, did not arrive."""
    WOKEN = "woken"
    """A conversation of mine came back from being snoozed."""
    REPLIED = "replied"
    """A customer wrote in a conversation of mine."""


class Way(StrEnum):
    LIST = "list"
    """The list behind the bell."""
    DESKTOP = "desktop"
    """A notification of the system while the desk is open somewhere behind other windows."""
    PUSH = "push"
    """One that arrives while the desk is closed."""
    EMAIL = "email"
    """A line of the next digest, if it is still unread then."""


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """By which ways each kind goes."""

    assigned: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    mentioned: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    not_delivered: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    woken: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    replied: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)

    def of(self, kind: NotificationKind) -> tuple[Way, ...]:
        match kind:
            case NotificationKind.ASSIGNED:
                return self.assigned
            case NotificationKind.MENTIONED:
                return self.mentioned
            case NotificationKind.NOT_DELIVERED:
                return self.not_delivered
            case NotificationKind.WOKEN:
                return self.woken
            case NotificationKind.REPLIED:
                return self.replied
