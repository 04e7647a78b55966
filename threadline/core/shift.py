"""When an agent works: days and hours in their own zone. Whoever has told none is always on shift."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from threadline.core.errors import Invalid


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    zone: str
    """A name of the IANA database, as browsers tell it: `Europe/Amsterdam`."""
    days: list[int]
    """Monday is 0."""
    start: str
    """`09:00`, on the clock of the zone."""
    end: str
    """Not after midnight; a night's shift ends at `24:00` and begins again at `00:00`."""


def check_shift(shift: Shift) -> None:
    """Raises Invalid: a zone that nobody knows, no day, hours that are none or end before they begin."""
    try:
        ZoneInfo(shift.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone does not exist.", field="shift.zone", reason="zone_unknown") from None
    if not shift.days or any(day not in range(7) for day in shift.days):
        raise Invalid("Choose at least one day.", field="shift.days", reason="shift_without_days")
    if _minutes(shift.start) >= _minutes(shift.end):
        raise Invalid("The end of the working hours is before their beginning.", field="shift.end", reason="shift_ends")


def is_on_shift(shift: Shift | None, now: datetime) -> bool:
    """`now` in any zone. None: at any time."""
    if shift is None:
        return True
    here = now.astimezone(ZoneInfo(shift.zone))
    minutes = here.hour * 60 + here.minute
    return here.weekday() in shift.days and _minutes(shift.start) <= minutes < _minutes(shift.end)


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent as far as somebody has to be found."""

    is_active: bool
    shift: Shift | None


def is_there(worker: Worker | None, now: datetime) -> bool:
    """False for nobody, for one who left, and outside of their hours."""
    return worker is not None and worker.is_active and is_on_shift(worker.shift, now)


def _minutes(clock: str) -> int:
    """Raises Invalid if it is no time of day."""
    if clock == "24:00":
        return 24 * 60
    try:
        at = time.fromisoformat(clock)
    except ValueError:
        raise Invalid("Write hours like 09:00.", field="shift.start", reason="shift_clock") from None
    return at.hour * 60 + at.minute
