"""When an agent works: days and hours in their own zone. When they end, the desk says that the agent is away. Pure."""

from datetime import datetime
from typing import Annotated

import msgspec

from threadline.core.calendar import Calendar, Period, next_closing
from threadline.core.errors import Invalid

_Day = Annotated[int, msgspec.Meta(ge=0, le=6)]


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """On these days from one minute of the day to another, which is not after midnight."""

    days: list[_Day]
    """Monday is 0."""
    from_minute: Annotated[int, msgspec.Meta(ge=0, lt=24 * 60)]
    to_minute: Annotated[int, msgspec.Meta(gt=0, le=24 * 60)]


def check_shift(shift: Shift) -> None:
    """Raises Invalid: no day, or an end that is not after the beginning."""
    if not shift.days:
        raise Invalid("Choose at least one day.", field="shift.days", reason="shift_without_days")
    if shift.to_minute <= shift.from_minute:
        raise Invalid(
            "The end of the working hours is not after their beginning.", field="shift.to_minute", reason="shift_ends"
        )


def has_ended(shift: Shift, zone: str, *, since: datetime, now: datetime) -> bool:
    """True if working hours ended after `since`, by now. Who came when they were over stays until the next end."""
    closing = next_closing(calendar_of(shift, zone), since)
    return closing is not None and closing <= now


def calendar_of(shift: Shift, zone: str) -> Calendar:
    """The same hours as those of a calendar. An empty zone is UTC."""
    period = Period(from_minute=shift.from_minute, to_minute=shift.to_minute)
    week = tuple((period,) if day in shift.days else () for day in range(7))
    return Calendar(zone=zone or "UTC", week=week)
