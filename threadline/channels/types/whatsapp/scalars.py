"""Single values from a webhook, made safe (S28): texts without NUL and at most 64 KiB, bounded integers, times.

Meta writes the same key as a string in one webhook and as a number in another, hence `Loose` everywhere.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

Loose = str | int | float | bool | None

TEXT_BYTES = 64 * 1024
LIST_LENGTH = 1000
DEPTH = 32
INTEGER = 2**31 - 1

_SAFE_LENGTH = TEXT_BYTES // 4
_MILLISECONDS = 100_000_000_000
"""Unix seconds above this lie beyond the year 5000: a time of this size was written in milliseconds."""
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_REPLACEMENT = rb"\ufffd"


def safe_json(body: bytes) -> bytes:
    """The body with everything replaced that PostgreSQL or UTF-8 cannot hold: NUL, lone surrogates, broken UTF-8."""
    if not body.isascii():
        body = body.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(_safe_escape, body)


def _safe_escape(match: re.Match[bytes]) -> bytes:
    escape = match.group()
    if len(escape) != len(b"\\u0000"):
        return escape
    code = int(escape.decode().removeprefix("\\u"), 16)
    return _REPLACEMENT if code == 0 or 0xD800 <= code <= 0xDFFF else escape


def text_of(value: Loose) -> str:
    """A text of at most 64 KiB; numbers become text, nothing becomes ""."""
    if isinstance(value, str):
        return value if len(value) <= _SAFE_LENGTH else clip_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def clip_text(value: str) -> str:
    raw = value.encode()
    return value if len(raw) <= TEXT_BYTES else raw[:TEXT_BYTES].decode("utf-8", "ignore")


def number_text(value: float) -> str:
    """A number as plain decimal text: `30`, `19.99`, never with an exponent; "" if it is unreasonably long."""
    text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
    return text if len(text) <= 64 else ""


def integer_of(value: Loose, *, at_least: int = 0) -> int:
    """A whole number between `at_least` and 2^31 - 1; 0 if it is none."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else 0
    return min(max(int(value or 0), at_least), INTEGER)


def time_of(value: Loose) -> datetime | None:
    """Unix seconds (a string or a number; milliseconds are recognised) → UTC; None if it is no time at all.

    A time that is odd, far past or far future is kept: whoever sorts by it clamps it.
    """
    try:
        seconds = float(value or "")
    except (ValueError, OverflowError):
        return None
    if abs(seconds) > _MILLISECONDS:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def digits_of(value: Loose) -> str:
    """The digits of a phone number however it is written."""
    return "".join(character for character in text_of(value) if character in "0123456789")
