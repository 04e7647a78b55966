"""Opaque cursors of key-ordered pages: what a client sends back to read on."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from threadline.core.errors import Invalid

_EPOCH = datetime.fromtimestamp(0, UTC)


def encode_cursor(*keys: str | int) -> str:
    """The sort key of the last row of a page, as a text that says nothing to people."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> list[str | int]:
    """The keys of a cursor. Raises Invalid if it is not one of this list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        keys = msgspec.json.decode(base64.urlsafe_b64decode(padded.encode("ascii")), type=list[str | int])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise Invalid(
            "This page does not exist. Please load the list again.", field="after", reason="old_page"
        ) from None
    if [type(key) for key in keys] != list(kinds) or any(isinstance(key, int) and abs(key) >= 2**62 for key in keys):
        raise Invalid("This page does not exist. Please load the list again.", field="after", reason="old_page")
    return keys


def decode_ordered_cursor(cursor: str, order: str, kind: type[str] | type[int]) -> tuple[str | int, UUID]:
    """The last row of a page in this order: its key and its id. Raises Invalid if the cursor is of another one."""
    keys = decode_cursor(cursor, str, kind, str)
    if keys[0] != order:
        raise Invalid(
            "This page belongs to another order. Please load the list again.", field="after", reason="old_page"
        )
    return keys[1], id_of_key(keys[2])


def id_of_key(key: str | int) -> UUID:
    """Raises Invalid if the key of a cursor is no id."""
    try:
        return UUID(str(key))
    except ValueError:
        raise Invalid(
            "This page does not exist. Please load the list again.", field="after", reason="old_page"
        ) from None


def to_microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """Raises Invalid if the number is no time."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise Invalid(
            "This page does not exist. Please load the list again.", field="after", reason="old_page"
        ) from None
