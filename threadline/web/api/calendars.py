"""Business hours: what there are, who goes by them, and how it is now."""

import asyncio
from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_calendar import (
    CalendarChange,
    change_calendar,
    create_calendar,
    delete_calendar,
    restore_calendar,
)
from threadline.core.calendar import (
    DAY_MINUTES,
    MOST_SPECIAL_DAYS,
    DayAhead,
    OpenState,
    Period,
    SpecialDay,
    Week,
    closed_days,
    days_ahead,
    state_at,
)
from threadline.core.calendar import (
    Calendar as Hours,
)
from threadline.core.errors import Invalid
from threadline.core.permission import Permission, check_may
from threadline.infra.clock import new_id
from threadline.infra.ical import read_occurrences
from threadline.store.calendars import CalendarRow, Users, get_calendar, list_calendars, list_users
from threadline.web.api.inputs import Day, Input, Line, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, encoded, opened

router = APIRouter()

_DAYS_AHEAD = 14
_READ_AHEAD = timedelta(days=730)
"""Of a file, what happens in the next two years."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    zone: str
    week: Week
    """Seven days, Monday first."""
    special_days: list[SpecialDay]
    is_default: bool
    """Who has no other goes by it."""
    channel_ids: list[UUID]
    """Those who point to it."""
    team_ids: list[UUID]
    now: OpenState
    next_days: list[DayAhead]
    """Today, as it is there, and the thirteen days after it."""


class CalendarList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Calendar]


class CalendarNow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    now: OpenState


class OpenStates(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation goes by the hours of its team, else of its channel, else by the default ones."""

    items: list[CalendarNow]
    default_id: UUID | None
    """None: always open."""
    channels: dict[str, UUID]
    """By id: those that have hours of their own."""
    teams: dict[str, UUID]


class FoundDays(msgspec.Struct, frozen=True, kw_only=True):
    special_days: list[SpecialDay]
    """What the file would change, of the next two years."""
    unread_count: int
    """Entries that could not be read."""


class PeriodInput(Input):
    """In minutes from the midnight with which its day begins. An end beyond 1440 is on the day after."""

    from_minute: Annotated[int, Field(ge=0, lt=DAY_MINUTES)]
    to_minute: Annotated[int, Field(gt=0, le=2 * DAY_MINUTES)]


_Periods = Annotated[list[PeriodInput], Field(max_length=50)]


class SpecialDayInput(Input):
    day: Day
    name: Annotated[Line, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    periods: _Periods = Field(default_factory=list)
    """None: off."""


WeekInput = Annotated[list[_Periods], Field(min_length=7, max_length=7)]
_SpecialDays = Annotated[list[SpecialDayInput], Field(max_length=MOST_SPECIAL_DAYS)]
_Zone = Annotated[str, StringConstraints(max_length=100)]


class CalendarInput(Input):
    name: Name
    zone: _Zone
    week: WeekInput
    special_days: _SpecialDays = Field(default_factory=list)
    is_default: bool = False


class CalendarUpdate(Input):
    """What is absent stays, and so do the special days of other dates."""

    name: Name | None = None
    zone: _Zone | None = None
    week: WeekInput | None = None
    is_default: bool | None = None
    set_days: _SpecialDays = Field(default_factory=list)
    """In the place of what there is on their dates."""
    remove_days: Annotated[list[Day], Field(max_length=MOST_SPECIAL_DAYS)] = Field(default_factory=list)


class CalendarFile(Input):
    text: Annotated[str, StringConstraints(max_length=1_000_000)]
    """An iCalendar file."""


@operation(router, "GET", "/calendars", out=CalendarList)
async def get_calendars(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """What there is, by name."""
    users = await list_users(call.session)
    return call.answer(CalendarList(items=[_show(call, one, users) for one in await list_calendars(call.session)]))


@operation(router, "GET", "/calendars/now", out=OpenStates)
async def get_open_states(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """Which are open now, until when, and who goes by them."""
    rows, users = await list_calendars(call.session), await list_users(call.session)
    return call.answer(
        OpenStates(
            items=[CalendarNow(id=row.id, name=row.name, now=state_at(row.hours, call.now)) for row in rows],
            default_id=next((row.id for row in rows if row.is_default), None),
            channels={str(id): of for id, of in users.channels.items() if call.caller.visibility.has_channel(id)},
            teams={str(id): of for id, of in users.teams.items()},
        )
    )


@operation(router, "POST", "/calendars", out=Calendar, status=201, name="createCalendar")
async def post_calendar(
    given: CalendarInput, call: Call = calls(Permission.WORKSPACE_CHANGE, is_repeatable=True)
) -> Response:
    """Make business hours."""
    hours = Hours(zone=given.zone, week=read_week(given.week), special_days=_special_days(given.special_days))
    row = CalendarRow(id=new_id(), name=given.name, hours=hours, is_default=given.is_default)
    await create_calendar(call.session, caller=call.caller, calendar=row, now=call.now, new_id=new_id)
    return call.answer(_show(call, row, await list_users(call.session)), status=201)


@operation(router, "PATCH", "/calendars/{calendar_id}", out=Calendar)
async def update_calendar(
    calendar_id: UUID, given: CalendarUpdate, call: Call = calls(Permission.WORKSPACE_CHANGE)
) -> Response:
    """Rename them, change the week, the zone or special days, or make them everybody's."""
    if not given.model_fields_set:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    change = CalendarChange(
        name=given.name,
        zone=given.zone,
        week=None if given.week is None else read_week(given.week),
        is_default=given.is_default,
        set_days=_special_days(given.set_days),
        remove_days=given.remove_days,
    )
    await change_calendar(
        call.session, caller=call.caller, calendar_id=calendar_id, change=change, now=call.now, new_id=new_id
    )
    row = await get_calendar(call.session, calendar_id)
    return call.answer(_show(call, row, await list_users(call.session)))


@operation(router, "DELETE", "/calendars/{calendar_id}", out=None, status=204, name="deleteCalendar")
async def remove_calendar(calendar_id: UUID, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Delete them: teams go by their channel's, channels by the workspace's."""
    await delete_calendar(call.session, caller=call.caller, calendar_id=calendar_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "POST", "/calendars/{calendar_id}/restore", out=Calendar, name="restoreCalendar")
async def post_restore(calendar_id: UUID, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Take a deletion back within a day: who went by them does so again, unless they have other hours by now."""
    await restore_calendar(call.session, caller=call.caller, calendar_id=calendar_id, now=call.now, new_id=new_id)
    return call.answer(_show(call, await get_calendar(call.session, calendar_id), await list_users(call.session)))


@operation(router, "POST", "/calendars/{calendar_id}/read-file", out=FoundDays, name="readCalendarFile")
async def read_calendar_file(calendar_id: UUID, given: CalendarFile, request: Request) -> Response:
    """What an iCalendar file would make special. Changes nothing."""
    async with opened(request) as call:
        check_may(call.caller, Permission.WORKSPACE_CHANGE)
        hours = (await get_calendar(call.session, calendar_id)).hours
    first = call.now.astimezone(ZoneInfo(hours.zone)).date()
    found, unread_count = await asyncio.to_thread(
        read_occurrences, given.text, zone=hours.zone, first=first, last=first + _READ_AHEAD
    )
    return encoded(FoundDays(special_days=closed_days(hours, found), unread_count=unread_count))


def read_week(given: list[list[PeriodInput]]) -> Week:
    return tuple(_periods(periods) for periods in given)


def _periods(given: list[PeriodInput]) -> tuple[Period, ...]:
    return tuple(sorted(Period(from_minute=one.from_minute, to_minute=one.to_minute) for one in given))


def _special_days(given: list[SpecialDayInput]) -> tuple[SpecialDay, ...]:
    days = [SpecialDay(day=one.day, name=one.name, periods=_periods(one.periods)) for one in given]
    return tuple(sorted(days, key=lambda one: one.day))


def _show(call: Call, row: CalendarRow, users: Users) -> Calendar:
    sees = call.caller.visibility.has_channel
    return Calendar(
        id=row.id,
        name=row.name,
        zone=row.hours.zone,
        week=row.hours.week,
        special_days=list(row.hours.special_days),
        is_default=row.is_default,
        channel_ids=[channel_id for channel_id, of in users.channels.items() if of == row.id and sees(channel_id)],
        team_ids=[team_id for team_id, of in users.teams.items() if of == row.id],
        now=state_at(row.hours, call.now),
        next_days=days_ahead(row.hours, call.now, _DAYS_AHEAD),
    )
