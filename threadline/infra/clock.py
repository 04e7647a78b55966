"""The only place that asks the time and draws chance for ids; everything above is given `now` and `new_id`.

Time is the machine's until a process has asked its database (`follow`); from then on it is the database's, carried by
a clock that never jumps, so that a window, a thread's order or an id does not depend on which machine was asked (R25).
"""

import os
import secrets
import struct
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811 - as the database driver makes them

from threadline.core.ids import uuid7_number

_lock = threading.Lock()
_last_milliseconds = 0
_last_random_bits = 0

_RANDOM_BITS = 74
_HEADROOM_BITS = 73
"""A fresh millisecond starts in the lower half, so that counting up from it cannot overflow."""


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Also counts while the machine sleeps, where the system has such a clock."""

_NOTABLE_NS: Final = 100_000_000
"""Less is what the way to the database adds."""

_ahead_ns: int | None = None
"""The database's time minus the steady clock; None: nobody has asked a database."""


def utc_now() -> datetime:
    return _EPOCH + timedelta(microseconds=_now_ns() // 1000)


def follow(database_now: datetime) -> float:
    """Takes over the database's time. Returns by how many seconds ours was moved; 0 for less than a tenth."""
    global _ahead_ns
    told_ns = (database_now - _EPOCH) // timedelta(microseconds=1) * 1000
    off_ns = told_ns - _now_ns()
    if _ahead_ns is not None and abs(off_ns) < _NOTABLE_NS:
        return 0.0
    _ahead_ns = told_ns - time.clock_gettime_ns(_STEADY)
    return off_ns / 1e9 if abs(off_ns) >= _NOTABLE_NS else 0.0


def _now_ns() -> int:
    return time.time_ns() if _ahead_ns is None else time.clock_gettime_ns(_STEADY) + _ahead_ns


def new_id() -> UUID:
    """A UUIDv7 greater than every one this process made before, even when time steps back.

    Of the driver's own kind: made, compared, written out and sent to the database in a fraction of the time.
    """
    global _last_milliseconds, _last_random_bits
    milliseconds = _now_ns() // 1_000_000
    with _lock:
        if milliseconds > _last_milliseconds:
            _last_milliseconds = milliseconds
            _last_random_bits = secrets.randbits(_HEADROOM_BITS)
        else:
            _last_random_bits += 1 + next(_steps)
            if _last_random_bits >> _RANDOM_BITS:
                _last_milliseconds += 1
                _last_random_bits = secrets.randbits(_HEADROOM_BITS)
        number = uuid7_number(_last_milliseconds, _last_random_bits)
    return DriverUUID(number.to_bytes(16, "big"))


def _draw_steps() -> Iterator[int]:
    """32 bits of chance each, a thousand drawn at once: the system's call costs more than the rest of an id."""
    while True:
        yield from struct.unpack("1024I", os.urandom(4096))


_steps: Final = _draw_steps()
