import time
from datetime import date, datetime

import pytest

from threadline.core.errors import Invalid
from threadline.infra.ical import MOST_EVENTS, MOST_LETTERS_OF_A_FILE, read_occurrences

FIRST, LAST = date(2026, 11, 27), date(2028, 11, 27)


def _file(*events: str) -> str:
    told = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event.strip()}\nEND:VEVENT\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//nobody//EN\n{told}END:VCALENDAR\n"


def _read(*events: str, zone: str = "Europe/Berlin") -> list[str]:
    found, unread = read_occurrences(_file(*events), zone=zone, first=FIRST, last=LAST)
    assert unread == 0
    return [_told(one.start, one.end, one.name, is_whole_day=one.is_whole_day) for one in found]


def _told(start: datetime, end: datetime, name: str, *, is_whole_day: bool) -> str:
    if is_whole_day:
        return f"{name} {start.date()} {(end - start).days}"
    return f"{name} {start:%Y-%m-%dT%H:%M} {end:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas", ["Christmas 2026-12-25 2"]),
        ("DTSTART;VALUE=DATE:20261225\nSUMMARY:One day", ["One day 2026-12-25 1"]),
        ("DTSTART;VALUE=DATE:20251225\nSUMMARY:Over", []),
        ("DTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261130\nSUMMARY:Begun", ["Begun 2026-11-27 3"]),
        (
            "DTSTART;VALUE=DATE:16010101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1\nSUMMARY:New Year",
            ["New Year 2027-01-01 1", "New Year 2028-01-01 1"],
        ),
        (
            "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\nSUMMARY:Leap",
            ["Leap 2028-02-29 1"],
        ),
        (
            "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYDAY=4TH;BYMONTH=11;UNTIL=20271231\nSUMMARY:Thanksgiving",
            ["Thanksgiving 2027-11-25 1"],
        ),
        (
            "DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20261202,20261203\nSUMMARY:Leave",
            ["Leave 2026-12-01 1", "Leave 2026-12-04 1"],
        ),
        (
            "DTSTART;VALUE=DATE:20261201\nRDATE;VALUE=DATE:20261205\nSUMMARY:Twice",
            ["Twice 2026-12-01 1", "Twice 2026-12-05 1"],
        ),
        (
            "DTSTART:20261224T120000Z\nDTEND:20261224T170000Z\nSUMMARY:UTC",
            ["UTC 2026-12-24T13:00 2026-12-24T18:00"],
        ),
        (
            "DTSTART;TZID=America/New_York:20261224T120000\nDURATION:PT2H\nSUMMARY:There",
            ["There 2026-12-24T18:00 2026-12-24T20:00"],
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261224T120000\nDURATION:PT2H\nSUMMARY:Windows",
            ["Windows 2026-12-24T12:00 2026-12-24T14:00"],
        ),
        (
            "DTSTART;TZID=Atlantis:20261224T120000\nDURATION:PT2H\nSUMMARY:Unknown",
            ["Unknown 2026-12-24T12:00 2026-12-24T14:00"],
        ),
        (
            "DTSTART;TZID=America/New_York:20270312T120000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:Spring",
            [
                "Spring 2027-03-12T18:00 2027-03-12T19:00",
                "Spring 2027-03-13T18:00 2027-03-13T19:00",
                "Spring 2027-03-14T17:00 2027-03-14T18:00",
            ],
        ),
        ("DTSTART:20261224T120000\nDTEND:20261224T140000\nTRANSP:TRANSPARENT\nSUMMARY:Free", []),
        (
            "DTSTART;VALUE=DATE:20261224\nTRANSP:TRANSPARENT\nSUMMARY:Holidays are marked so",
            ["Holidays are marked so 2026-12-24 1"],
        ),
        ("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED\nSUMMARY:Called off", []),
        ("DTSTART:20261224T120000\nSUMMARY:A moment", []),
    ],
)
def test_what_an_event_takes(event: str, found: list[str]) -> None:
    assert _read(event) == found


def test_one_occurrence_may_be_moved() -> None:
    series = "DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:Stocktaking"
    moved = "UID:0\nRECURRENCE-ID;VALUE=DATE:20261208\nDTSTART;VALUE=DATE:20261209\nSUMMARY:Later"
    text = _file(series, "X").replace("UID:1\nX", moved)
    found, _ = read_occurrences(text, zone="UTC", first=FIRST, last=LAST)
    assert [(one.name, one.start.day) for one in found] == [("Stocktaking", 1), ("Later", 9)]


def test_entries_that_cannot_be_read_are_counted_and_the_rest_is_there() -> None:
    good = "DTSTART;VALUE=DATE:20261225\nSUMMARY:Good"
    bad = ["DTSTART:yesterday", "SUMMARY:Never", "DTSTART:20261225T100000\nRRULE:FREQ=SECONDLY\nDURATION:PT1S"]
    found, unread = read_occurrences(_file(good, *bad), zone="UTC", first=FIRST, last=LAST)
    assert ([one.name for one in found], unread) == (["Good"], 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear all, we are closed on Monday.",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT",
        "BEGIN:VCARD\nEND:VCARD",
        "%PDF-1.7\x00",
        "BEGIN:VCALENDAR\n" * 3_000,
        _file("DTSTART:never"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_occurrences(text, zone="UTC", first=FIRST, last=LAST)
    assert refused.value.reason == "calendar_file_unreadable"


_BOMBS = {
    "too long": "X" * (MOST_LETTERS_OF_A_FILE + 1),
    "too many events": _file(*["DTSTART;VALUE=DATE:20261225"] * (MOST_EVENTS + 1)),
    "too many days": _file(*["DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY"] * 100),
    "rules that never find a day": _file(
        *["DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * MOST_EVENTS
    ),
    "rules that begin long ago": _file(*["DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;COUNT=3"] * 1_000)
    + _file(*["DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;BYDAY=MO"] * 900),
}


@pytest.mark.parametrize("text", list(_BOMBS.values()), ids=list(_BOMBS))
def test_a_file_that_wants_to_cost_is_refused_before_it_does(text: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        read_occurrences(text, zone="UTC", first=FIRST, last=LAST)
    assert refused.value.reason == "calendar_file_too_large"
    assert time.process_time() - began < 15


def test_what_a_file_says_of_time_zones_is_not_followed() -> None:
    """Else a rule that comes every second would be followed by the library, and the zone kept for everybody."""
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=SECONDLY\n"
        "TZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    text = _file("DTSTART;TZID=Mine:20261224T120000\nDURATION:PT2H\nSUMMARY:Here")
    text = text.replace("BEGIN:VEVENT", f"{zone}BEGIN:VEVENT")
    found, _ = read_occurrences(text, zone="Europe/Berlin", first=FIRST, last=LAST)
    assert [one.start.hour for one in found] == [12]
