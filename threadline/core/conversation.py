"""A conversation: one contact on one channel, until it is resolved."""

from enum import StrEnum


class ConversationState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
