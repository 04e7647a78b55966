"""Calendars: when a workspace answers its customers. Weekly periods, special days, one time zone. Pure.

The clock on the wall decides (decision 32): it is open at a moment if the local time of that moment lies in a period.
In the night that loses an hour, minutes that no clock shows are nobody's; in the one that repeats an hour, a period in
it is open both times. Times of the zone come from `zoneinfo`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from threadline.core.errors import Invalid
from threadline.core.label import label_key

DAY_MINUTES: Final = 24 * 60
MOST_CALENDARS: Final = 50
"""A menu that is read whole bears so many."""
MOST_PERIODS: Final = 12
"""Of one day."""
MOST_SPECIAL_DAYS: Final = 1_000
MOST_LETTERS: Final = 100
"""Of a name."""
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
_LONGEST_SEARCH: Final = timedelta(days=3_660)
"""What does not come within ten years never comes."""
_FULL_PATTERN: Final = timedelta(days=22)
"""Two weeks are asked for anything that comes every week: one may lose its only period to a change of clocks."""


class Period(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """In minutes from the midnight with which its day begins. An end beyond 1440 is on the day after."""

    from_minute: Annotated[int, msgspec.Meta(ge=0, lt=DAY_MINUTES)]
    to_minute: Annotated[int, msgspec.Meta(gt=0, le=2 * DAY_MINUTES)]


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day with its own periods in the place of the week's: none if it is off.

    A period belongs to the day on which it begins: the night before a day off runs on to its end.
    """

    day: date
    name: str = ""
    periods: tuple[Period, ...] = ()


Week = tuple[tuple[Period, ...], ...]
"""Seven days, Monday first."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    zone: str
    week: Week
    special_days: tuple[SpecialDay, ...] = ()
    """One for a date at most, in order."""


def calendar_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)


def check_calendar(calendar: Calendar) -> None:
    """Raises Invalid: an unknown zone, periods without length or over each other, too many days or two of a date."""
    if calendar.zone not in available_timezones():
        raise Invalid("This time zone is not known here.", field="zone", reason="time_zone_unknown")
    if len(calendar.week) != 7:
        raise Invalid("A week has seven days.", field="week", reason="week_has_seven_days")
    for periods in calendar.week:
        check_periods(periods, field="week")
    if len(calendar.special_days) > MOST_SPECIAL_DAYS:
        raise Invalid(
            f"A calendar has at most {MOST_SPECIAL_DAYS} special days. Please delete those that are over.",
            field="special_days",
            reason="too_many_special_days",
            values={"limit": str(MOST_SPECIAL_DAYS)},
        )
    if len({special.day for special in calendar.special_days}) < len(calendar.special_days):
        raise Invalid("A date can have one entry only.", field="special_days", reason="special_day_twice")
    for special in calendar.special_days:
        check_periods(special.periods, field="special_days")
        if not FIRST_DAY <= special.day <= LAST_DAY:
            raise Invalid(
                "Special days can lie between 2000 and 2100.", field="special_days", reason="special_day_too_far"
            )


def check_periods(periods: Sequence[Period], *, field: str) -> None:
    """Raises Invalid for the periods of one day: too many, without or beyond a day's length, over each other."""
    if len(periods) > MOST_PERIODS:
        raise Invalid(
            f"A day has at most {MOST_PERIODS} periods.",
            field=field,
            reason="too_many_periods",
            values={"limit": str(MOST_PERIODS)},
        )
    for period in periods:
        if not period.from_minute < period.to_minute <= period.from_minute + DAY_MINUTES:
            raise Invalid(
                "A period ends after it begins, at most a day later.", field=field, reason="period_without_length"
            )
    for before, after in pairwise(sorted(periods)):
        if after.from_minute < before.to_minute:
            raise Invalid("Two periods of a day overlap.", field=field, reason="periods_overlap")


# Asking


def is_open(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    return any(period.from_minute <= minute < period.to_minute for period in periods_on(calendar, local.date()))


def next_opening(calendar: Calendar, after: datetime) -> datetime | None:
    """The first moment after this one at which it opens, having been closed. None: it never does again."""
    return next((span.start for span in _whole_spans(calendar, after) if span.start > after), None)


def next_closing(calendar: Calendar, after: datetime) -> datetime | None:
    """The first moment after this one at which it closes, having been open. None: it never does again."""
    until = _end_of_search(calendar, after)
    return next((span.end for span in _whole_spans(calendar, after) if after < span.end <= until), None)


def business_seconds(calendar: Calendar, start: datetime, end: datetime) -> float:
    """How long it is open from one moment to another; nothing if the second is not the later one."""
    if end <= start:
        return 0.0
    spans = _spans(calendar, start, until=end)
    return sum((min(span.end, end) - max(span.start, start)).total_seconds() for span in spans if span.start < end)


def after_business_seconds(calendar: Calendar, start: datetime, seconds: float) -> datetime | None:
    """The first moment by which it has been open for so long since `start`; `start` itself for nothing.

    None if that does not come within ten years: of hours that never open, it never does.
    """
    left = timedelta(seconds=seconds)
    if left <= timedelta():
        return start
    if never_opens(calendar, start):
        return None
    for span in _spans(calendar, start, until=start + _LONGEST_SEARCH):
        begin = max(span.start, start)
        if span.end - begin >= left:
            return begin + left
        left -= span.end - begin
    return None


def never_opens(calendar: Calendar, after: datetime) -> bool:
    """True if it is closed now and for good: nobody can be promised a time."""
    return not is_open(calendar, after) and next_opening(calendar, after) is None


class OpenState(msgspec.Struct, frozen=True, kw_only=True):
    """How it is at one moment."""

    is_open: bool
    opens_at: datetime | None
    """Of one that is closed. None: never again, or it is open."""
    closes_at: datetime | None
    """Of one that is open. None: never, or it is closed."""


def state_at(calendar: Calendar, at: datetime) -> OpenState:
    if is_open(calendar, at):
        return OpenState(is_open=True, opens_at=None, closes_at=next_closing(calendar, at))
    return OpenState(is_open=False, opens_at=next_opening(calendar, at), closes_at=None)


class DayAhead(msgspec.Struct, frozen=True, kw_only=True):
    """What one date will be like."""

    day: date
    name: str
    """Of the special day; empty if it is none, or has no name."""
    is_special: bool
    periods: tuple[Period, ...]
    """Those that begin on this day."""


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When it is open from one moment to another, in order, none touching the next, cut to these."""
    joined: list[tuple[datetime, datetime]] = []
    for span in _spans(calendar, start, until=end):
        first, last = max(span.start, start), min(span.end, end)
        if first >= last:
            continue
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def days_ahead(calendar: Calendar, now: datetime, count: int) -> list[DayAhead]:
    """Today, as it is there, and the days after it."""
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    return [_day_ahead(calendar, today + timedelta(days=number)) for number in range(count)]


def _day_ahead(calendar: Calendar, day: date) -> DayAhead:
    found = _find_special_day(calendar, day)
    periods = tuple(sorted(_periods_of(calendar, day)))
    return DayAhead(day=day, name="" if found is None else found.name, is_special=found is not None, periods=periods)


# From a file of dates


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happens on the clock of the calendar's zone, to which nobody is at work."""

    name: str
    start: datetime
    """Without a zone, as `end`."""
    end: datetime
    is_whole_day: bool
    """From one midnight to another."""


def closed_days(calendar: Calendar, occurrences: Iterable[Occurrence]) -> list[SpecialDay]:
    """The special days that make it closed while these last: those only that change something, in order.

    A day is off that one of them takes whole; others shorten the periods that there are on it.
    """
    names: dict[date, list[str]] = {}
    cuts: dict[date, list[tuple[int, int]]] = {}
    off: set[date] = set()
    for one in occurrences:
        for day in _days_of(one):
            names.setdefault(day, []).append(one.name)
            if one.is_whole_day:
                off.add(day)
            else:
                cuts.setdefault(day, []).append((_minute_of(one.start, day), _minute_of(one.end, day)))
    found: list[SpecialDay] = []
    for day in sorted(names):
        before, own = _find_special_day(calendar, day), _periods_of(calendar, day)
        periods = () if day in off else _without(own, cuts[day])
        if (before is None and day in off) or set(periods) != set(own):
            name = ", ".join(dict.fromkeys(name for name in names[day] if name))
            found.append(SpecialDay(day=day, name=name[:MOST_LETTERS], periods=periods))
    return found


def _days_of(occurrence: Occurrence) -> Iterator[date]:
    """Of one that has times, the day before, too: its last period may last until then."""
    day = occurrence.start.date() - timedelta(days=0 if occurrence.is_whole_day else 1)
    while datetime(day.year, day.month, day.day) < occurrence.end:  # noqa: DTZ001 - the clock on the wall
        yield day
        day += timedelta(days=1)


def _minute_of(moment: datetime, day: date) -> int:
    """Counted from the midnight with which the day begins, up to a whole minute."""
    return -int((datetime(day.year, day.month, day.day) - moment) // timedelta(minutes=1))  # noqa: DTZ001


def _without(periods: Iterable[Period], cuts: Iterable[tuple[int, int]]) -> tuple[Period, ...]:
    """What is left of the periods of a day. What would begin on the day after is left out."""
    left = [(one.from_minute, one.to_minute) for one in sorted(periods)]
    for first, last in cuts:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, first)), (max(start, last), end))
            if piece[0] < piece[1]
        ]
    return tuple(Period(from_minute=start, to_minute=end) for start, end in left if start < DAY_MINUTES)


# Which one


_Id = TypeVar("_Id")


def calendar_for(*, team: _Id | None, channel: _Id | None, default: _Id | None) -> _Id | None:
    """The hours of a conversation: its team's, else its channel's, else the workspace's. None: always open."""
    return team or channel or default


# Periods and moments


def periods_on(calendar: Calendar, day: date) -> list[Period]:
    """When the clocks of this date show open: from midnight to midnight, in order, none touching the next.

    The rest of a period of the day before is in it.
    """
    own = _periods_of(calendar, day)
    rest = _periods_of(calendar, day - timedelta(days=1))
    minutes = [(one.from_minute, min(one.to_minute, DAY_MINUTES)) for one in own]
    minutes += [(0, one.to_minute - DAY_MINUTES) for one in rest if one.to_minute > DAY_MINUTES]
    return [Period(from_minute=first, to_minute=last) for first, last in _joined(minutes)]


def _periods_of(calendar: Calendar, day: date) -> tuple[Period, ...]:
    """Those that begin on it."""
    found = _find_special_day(calendar, day)
    return calendar.week[day.weekday()] if found is None else found.periods


def _find_special_day(calendar: Calendar, day: date) -> SpecialDay | None:
    days = calendar.special_days
    place = bisect_left(days, day, key=attrgetter("day"))
    return days[place] if place < len(days) and days[place].day == day else None


def _joined(minutes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(minutes):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


@dataclass(frozen=True, slots=True)
class _Span:
    """Open from one moment to another."""

    start: datetime
    end: datetime


def _whole_spans(calendar: Calendar, after: datetime) -> Iterator[_Span]:
    """Those that end after a moment, in order, none touching the next. The first may begin before it, cut anywhere."""
    current: _Span | None = None
    for span in _spans(calendar, after, until=_end_of_search(calendar, after)):
        if current is not None and span.start <= current.end:
            current = _Span(current.start, span.end)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _end_of_search(calendar: Calendar, after: datetime) -> datetime:
    """Beyond the last special day everything is as in any week."""
    last = calendar.special_days[-1].day if calendar.special_days else after.date()
    beyond = max(after, _utc_midnight(last)) + _FULL_PATTERN
    return min(beyond, after + _LONGEST_SEARCH)


def _spans(calendar: Calendar, start: datetime, *, until: datetime) -> Iterator[_Span]:
    """Those that end after `start`, in order, cut at each midnight; up to the end of the day (UTC) of `until`."""
    day, last = start.astimezone(UTC).date(), until.astimezone(UTC).date()
    while day <= last:
        yield from (span for span in _spans_of(calendar, day) if span.end > start)
        day += timedelta(days=1)


def _spans_of(calendar: Calendar, day: date) -> Iterator[_Span]:
    """Of one day of UTC, which is two dates in most zones."""
    for piece in _pieces(calendar.zone, day):
        local_day = (piece.start + piece.offset).date()
        while (midnight := _utc_midnight(local_day) - piece.offset) < piece.end:
            for period in periods_on(calendar, local_day):
                start = max(midnight + timedelta(minutes=period.from_minute), piece.start)
                end = min(midnight + timedelta(minutes=period.to_minute), piece.end)
                if start < end:
                    yield _Span(start, end)
            local_day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of time in which clocks are the same distance from UTC."""

    start: datetime
    end: datetime
    offset: timedelta


@lru_cache(maxsize=20_000)
def _pieces(zone_name: str, day: date) -> tuple[_Piece, ...]:
    """One day of UTC, cut where clocks are put forward or back."""
    zone = ZoneInfo(zone_name)
    start = at = _utc_midnight(day)
    end, step = start + timedelta(days=1), timedelta(hours=3)
    offset = _offset(zone, start)
    pieces: list[_Piece] = []
    while at < end:
        if (following := _offset(zone, at + step)) != offset:
            change = moment_of_change(zone, at, at + step)
            pieces.append(_Piece(start, change, offset))
            start, offset = change, following
        at += step
    if start < end:
        pieces.append(_Piece(start, end, offset))
    return tuple(pieces)


def moment_of_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """To the second: that of the first moment with the later offset."""
    offset = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _utc_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
