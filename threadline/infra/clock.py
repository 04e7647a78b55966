"""The only place that asks the time and draws chance for ids; everything above is given `now` and `new_id`."""

import secrets
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

from threadline.core.ids import make_uuid7

_lock = threading.Lock()
_last_milliseconds = 0
_last_random_bits = 0

_RANDOM_BITS = 74
_HEADROOM_BITS = 73
"""A fresh millisecond starts in the lower half, so that counting up from it cannot overflow."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7 greater than every one this process made before, even when the wall clock steps back."""
    global _last_milliseconds, _last_random_bits
    milliseconds = time.time_ns() // 1_000_000
    with _lock:
        if milliseconds > _last_milliseconds:
            _last_milliseconds = milliseconds
            _last_random_bits = secrets.randbits(_HEADROOM_BITS)
        else:
            _last_random_bits += 1 + secrets.randbits(32)
            if _last_random_bits >> _RANDOM_BITS:
                _last_milliseconds += 1
                _last_random_bits = secrets.randbits(_HEADROOM_BITS)
        return make_uuid7(milliseconds=_last_milliseconds, random_bits=_last_random_bits)
