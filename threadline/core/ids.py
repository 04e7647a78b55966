"""Identifiers: UUIDv7 (RFC 9562, §5.7), so that keys sort by the time they were made."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NewType, TypeAlias
from uuid import UUID

NewId: TypeAlias = Callable[[], UUID]
"""Makes the next id; rules and verbs are given it, as they are given the time."""

WorkspaceId = NewType("WorkspaceId", UUID)
PersonId = NewType("PersonId", UUID)
AgentId = NewType("AgentId", UUID)
EndpointId = NewType("EndpointId", UUID)
ChannelId = NewType("ChannelId", UUID)
ContactId = NewType("ContactId", UUID)
AddressId = NewType("AddressId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
AttemptId = NewType("AttemptId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
FileId = NewType("FileId", UUID)
EventId = NewType("EventId", UUID)

_TIMESTAMP_BITS = 48
_LAST_MILLISECOND = 253_402_300_799_999
"""The end of the year 9999."""


def make_uuid7(*, milliseconds: int, random_bits: int) -> UUID:
    """A UUIDv7 of a Unix time in milliseconds (48 bits) and 74 bits of chance."""
    return UUID(int=uuid7_number(milliseconds, random_bits))


def uuid7_number(milliseconds: int, random_bits: int) -> int:
    """The 128 bits of `make_uuid7`."""
    high = random_bits >> 62 & 0xFFF
    low = random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low


def first_uuid7_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 that could have been made at this time: the lower bound of a look-up or a partition.

    Before 1970 there are none: such a time, which a broken clock may tell, is the beginning.
    """
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80)


def time_of_uuid7(value: UUID) -> datetime:
    """The time (UTC, millisecond precision) at which a UUIDv7 was made.

    For a UUID of another kind, which a client may send, any time at all, at most the last that can be said.
    """
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(value.int >> 80, _LAST_MILLISECOND))
