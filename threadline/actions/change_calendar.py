"""Make, change and delete business hours, and say who goes by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from threadline.core.calendar import MOST_CALENDARS, Calendar, SpecialDay, Week, check_calendar
from threadline.core.errors import Conflict, Invalid, NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import calendars
from threadline.store.calendars import CalendarRow
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What is None stays; special days are changed by date, so that two who do it lose nothing."""

    name: str | None = None
    zone: str | None = None
    week: Week | None = None
    is_default: bool | None = None
    set_days: Sequence[SpecialDay] = ()
    """In the place of what there is on their dates."""
    remove_days: Sequence[date] = ()


async def create_calendar(
    session: Session, *, caller: Caller, calendar: CalendarRow, now: datetime, new_id: NewId
) -> None:
    """Raises Conflict (the name is taken, or there are as many as a menu bears), Invalid."""
    check_calendar(calendar.hours)
    await _check_zone(session, calendar.hours.zone)
    await _check_room(session)
    await calendars.save_calendar(session, calendar)
    await calendars.save_special_days(session, calendar.id, calendar.hours.special_days)
    _record(session, caller, calendar.id, now, new_id)


async def change_calendar(
    session: Session, *, caller: Caller, calendar_id: UUID, change: CalendarChange, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound, Conflict (the name is taken), Invalid."""
    before = await calendars.get_calendar(session, calendar_id, is_locked=True)
    hours = Calendar(
        zone=change.zone or before.hours.zone,
        week=before.hours.week if change.week is None else change.week,
        special_days=_changed_days(before.hours.special_days, change),
    )
    check_calendar(hours)
    if hours.zone != before.hours.zone:
        await _check_zone(session, hours.zone)
    after = CalendarRow(
        id=calendar_id,
        name=change.name or before.name,
        hours=hours,
        is_default=before.is_default if change.is_default is None else change.is_default,
    )
    await calendars.save_calendar(session, after)
    await calendars.delete_special_days(session, calendar_id, change.remove_days)
    await calendars.save_special_days(session, calendar_id, change.set_days)
    _record(session, caller, calendar_id, now, new_id)


async def _check_zone(session: Session, zone: str) -> None:
    if not await calendars.is_zone_known(session, zone):
        raise Invalid("This time zone is not known here.", field="zone", reason="time_zone_unknown")


def _changed_days(before: Sequence[SpecialDay], change: CalendarChange) -> tuple[SpecialDay, ...]:
    """A date that is given twice stays twice: the check refuses it."""
    gone = {*change.remove_days, *(one.day for one in change.set_days)}
    kept = [one for one in before if one.day not in gone]
    return tuple(sorted((*kept, *change.set_days), key=lambda one: one.day))


async def delete_calendar(session: Session, *, caller: Caller, calendar_id: UUID, now: datetime, new_id: NewId) -> None:
    """Teams that went by it go by their channel's hours, channels by the workspace's. Raises NotFound."""
    await calendars.delete_calendar(session, calendar_id, now=now)
    _record(session, caller, calendar_id, now, new_id)


async def restore_calendar(
    session: Session, *, caller: Caller, calendar_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Take a deletion back, within a day: who went by it does so again, unless somebody gave them other hours since.

    Raises NotFound, Conflict (another one has its name, or there are as many as a menu bears).
    """
    await _check_room(session)
    await calendars.restore_calendar(session, calendar_id)
    _record(session, caller, calendar_id, now, new_id)


async def _check_room(session: Session) -> None:
    if len(await calendars.list_calendars(session)) >= MOST_CALENDARS:
        raise Conflict(
            f"There are {MOST_CALENDARS} business hours already. Please delete some that nobody needs.",
            reason="too_many_calendars",
            values={"limit": str(MOST_CALENDARS)},
        )


CalendarChoice = UUID | msgspec.UnsetType | None
"""Of a channel or a team. Unset: stays; None: of its own it has none."""


async def check_calendar_choice(session: Session, choice: CalendarChoice) -> None:
    """Raises Invalid for hours that are not there."""
    if not isinstance(choice, UUID):
        return
    try:
        await calendars.get_calendar(session, choice)
    except NotFound as error:
        raise Invalid(error.text, field="calendar_id", reason=error.reason) from None


def _record(session: Session, caller: Caller, calendar_id: UUID, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CALENDAR_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"calendar_id": str(calendar_id)},
        )
    )
