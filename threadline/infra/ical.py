"""Files of dates (iCalendar, RFC 5545) as people have them: of public holidays, of a shop's own calendar.

A file may want to cost: by its length, by rules that never find a day or find one every second. So its length, its
events, what they give and the time they take are bounded, and what a file says of time zones is not read: only names
count, those that everybody knows.
"""

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from threadline.core.calendar import MOST_LETTERS, Occurrence
from threadline.core.errors import Invalid

MOST_LETTERS_OF_A_FILE: Final = 500_000
MOST_EVENTS: Final = 2_000
_MOST_OCCURRENCES: Final = 20_000
_LONGEST_READING_S: Final = 3.0
_LONGEST_RULE: Final = 300
_ZONES: Final = re.compile(r"^BEGIN:VTIMEZONE\b.*?^END:VTIMEZONE\b[^\n]*\n?", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_STEPS: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_LATER: Final = 7_600
"""Years by which rules are put off while they are followed: days and weeks repeat every 400 years, and a rule that
never finds a day gives up in the year 9999."""
_LAST_YEAR: Final = 2_200


def read_occurrences(text: str, *, zone: str, first: date, last: date) -> tuple[list[Occurrence], int]:
    """What happens from the first day to the last by the clocks of a zone, and how many entries could not be read.

    Events that are called off, and those with times during which one is free, are left out. Times without a zone, or
    in one that nobody knows, are those of `zone`. Blocks: call it in a thread. Raises Invalid for a file that is none,
    is too large, or takes too long.
    """
    events = _events_of(text)
    deadline = time.monotonic() + _LONGEST_READING_S
    replaced = _replaced(events)
    found: list[Occurrence] = []
    unread = 0
    for event in events:
        try:
            reading = _Reading(event, ZoneInfo(zone), replaced, deadline)
            found += reading.occurrences(first, last)
        except _TooMuch:
            raise _too_large() from None
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, IndexError):
            unread += 1  # what the libraries raise for values that are none; the rest of the file is good
        if len(found) > _MOST_OCCURRENCES or time.monotonic() > deadline:
            raise _too_large()
    if events and unread == len(events):
        raise _no_calendar()
    return found, unread


class _TooMuch(Exception):
    pass


def _events_of(text: str) -> list[Any]:
    """The library's components, which it does not type."""
    if len(text) > MOST_LETTERS_OF_A_FILE:
        raise _too_large()
    if text.upper().count("BEGIN:") > MOST_EVENTS * 3:
        raise _too_large()
    from icalendar import Calendar  # takes a tenth of a second, and few ever bring a file

    text = text.encode("utf-8", "replace").decode().lstrip("\ufeff \r\n\t").replace("\r\n", "\n").replace("\r", "\n")
    try:
        calendars = Calendar.from_ical(_ZONES.sub("", text), multiple=True)
        events = [event for one in calendars if one.name == "VCALENDAR" for event in one.walk("VEVENT")]
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        raise _no_calendar() from None
    if not any(one.name == "VCALENDAR" for one in calendars):
        raise _no_calendar()
    if len(events) > MOST_EVENTS:
        raise _too_large()
    return events


def _no_calendar() -> Invalid:
    return Invalid(
        "This file cannot be read as a calendar. Nothing was changed.", field="text", reason="calendar_file_unreadable"
    )


def _too_large() -> Invalid:
    return Invalid(
        "This calendar file is too large, or its repetitions are. Nothing was changed.",
        field="text",
        reason="calendar_file_too_large",
    )


_Moment = date | datetime
_Replaced = frozenset[tuple[str, _Moment]]


def _replaced(events: list[Any]) -> _Replaced:
    """Single occurrences of which the file says apart what became of them."""
    replaced: set[tuple[str, _Moment]] = set()
    for event in events:
        if "RECURRENCE-ID" in event:
            try:
                replaced.add((str(event.get("UID", "")), event["RECURRENCE-ID"].dt))
            except AttributeError:
                continue
    return frozenset(replaced)


class _Reading:
    """One event. Its rule is followed on the clock of its own zone, then every occurrence is put on ours."""

    def __init__(self, event: Any, zone: ZoneInfo, replaced: _Replaced, deadline: float) -> None:
        self._event = event
        self._zone = zone
        self._replaced = replaced
        self._deadline = deadline
        self._uid = str(event.get("UID", ""))
        self._start: _Moment = event["DTSTART"].dt
        self._length = self._length_of()
        self._own_zone = self._start.tzinfo if isinstance(self._start, datetime) else None

    def occurrences(self, first: date, last: date) -> Iterator[Occurrence]:
        if str(self._event.get("STATUS", "")).upper() == "CANCELLED" or self._is_free() or not self._length:
            return
        name = _clean(str(self._event.get("SUMMARY", "")))[:MOST_LETTERS]
        begin = _midnight(first) - timedelta(days=2)
        end = _midnight(last) + timedelta(days=2)
        for start in self._starts(begin - self._length, end):
            wall = self._on_our_clock(start)
            after = self._on_our_clock(start + self._length)
            low, high = max(wall, _midnight(first)), min(after, _midnight(last) + timedelta(days=1))
            if low < high:
                yield Occurrence(name, low, high, is_whole_day=not isinstance(self._start, datetime))

    def _length_of(self) -> timedelta:
        if "DTEND" in self._event:
            length = _naive(self._event["DTEND"].dt) - _naive(self._start)
            if isinstance(self._start, datetime) and self._start.tzinfo and self._event["DTEND"].dt.tzinfo:
                length = self._event["DTEND"].dt - self._start
        elif "DURATION" in self._event:
            length = self._event["DURATION"].dt
        else:
            length = timedelta(days=0 if isinstance(self._start, datetime) else 1)
        return max(length, timedelta())

    def _is_free(self) -> bool:
        """Files of public holidays call whole days free, for one has them free; a meeting so called shuts no shop."""
        is_free = str(self._event.get("TRANSP", "")).upper() == "TRANSPARENT"
        return is_free and isinstance(self._start, datetime)

    def _starts(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """On the event's own clock."""
        excluded = {_naive(moment) for moment in self._moments("EXDATE")}
        own = (moment for uid, moment in self._replaced if uid == self._uid)
        if "RECURRENCE-ID" not in self._event:
            excluded |= {_naive(self._in_own_zone(moment)) for moment in own}
        extra = [_naive(self._in_own_zone(moment)) for moment in self._moments("RDATE")]
        seen: set[datetime] = set()
        for start in (*self._by_rule(begin, end), *extra):
            if start not in excluded and start not in seen and begin <= start <= end:
                seen.add(start)
                yield start

    def _by_rule(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        start = _naive(self._start)
        if "RRULE" not in self._event or "RECURRENCE-ID" in self._event:
            yield start
            return
        rule = self._event["RRULE"]
        text = rule.to_ical().decode()
        if rule.get("FREQ", [""])[0] not in _STEPS or len(text) > _LONGEST_RULE or start.year > _LAST_YEAR:
            raise ValueError("a rule that no calendar of days needs")
        until = min([end, *(self._naive_until(moment) for moment in rule.get("UNTIL", []))])
        from dateutil.rrule import rrulestr

        text = ";".join(part for part in text.split(";") if not part.upper().startswith("UNTIL="))
        later = start.replace(year=start.year + _LATER)
        for number, found in enumerate(rrulestr(text, dtstart=later)):
            if number % 100 == 0 and time.monotonic() > self._deadline:
                raise _TooMuch
            occurrence = found.replace(year=found.year - _LATER)
            if occurrence > until:
                return
            if occurrence >= begin:
                yield occurrence

    def _naive_until(self, moment: _Moment) -> datetime:
        """A date as the end means the whole of it."""
        if not isinstance(moment, datetime):
            return _midnight(moment) + timedelta(days=1) - timedelta(seconds=1)
        return _naive(self._in_own_zone(moment))

    def _moments(self, name: str) -> list[_Moment]:
        listed = self._event.get(name, [])
        lists = listed if isinstance(listed, list) else [listed]
        values = [value.dt for one in lists for value in one.dts]
        return [value[0] if isinstance(value, tuple) else value for value in values]

    def _in_own_zone(self, moment: _Moment) -> _Moment:
        if isinstance(moment, datetime) and moment.tzinfo is not None and self._own_zone is not None:
            return moment.astimezone(self._own_zone)
        return moment

    def _on_our_clock(self, moment: datetime) -> datetime:
        if self._own_zone is None:
            return moment
        return moment.replace(tzinfo=self._own_zone).astimezone(self._zone).replace(tzinfo=None)


def _clean(name: str) -> str:
    """On one line, and nothing but text."""
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())


def _naive(moment: _Moment) -> datetime:
    return moment.replace(tzinfo=None) if isinstance(moment, datetime) else _midnight(moment)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the clock on the wall
