"""Business hours, against a second telling that looks at a clock on the wall, minute after minute."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from threadline.core.calendar import (
    DAY_MINUTES,
    MOST_SPECIAL_DAYS,
    Calendar,
    Occurrence,
    Period,
    SpecialDay,
    after_business_seconds,
    business_seconds,
    calendar_for,
    check_calendar,
    closed_days,
    days_ahead,
    is_open,
    never_opens,
    next_closing,
    next_opening,
    state_at,
)
from threadline.core.errors import Invalid

MINUTE = timedelta(minutes=1)


def _periods(*texts: str) -> tuple[Period, ...]:
    """`9:00-12:30`; an end that is not after the beginning is on the next day."""
    return tuple(_period(text) for text in texts)


def _period(text: str) -> Period:
    first, last = (int(clock.split(":")[0]) * 60 + int(clock.split(":")[1]) for clock in text.split("-"))
    return Period(from_minute=first, to_minute=last if last > first else last + DAY_MINUTES)


OFFICE = Calendar(zone="Europe/Berlin", week=(_periods("9:00-12:00", "13:00-18:00"),) * 5 + ((), ()))
BAR = Calendar(zone="Europe/Berlin", week=((),) * 4 + (_periods("18:00-2:30"), _periods("18:00-2:30"), ()))
ALWAYS = Calendar(zone="Europe/Berlin", week=(_periods("0:00-24:00"),) * 7)
NEVER = Calendar(zone="Europe/Berlin", week=((),) * 7)


def _berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).astimezone(UTC)


# The second telling


def _wall_is_open(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    own = {special.day: special.periods for special in calendar.special_days}
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    of_today = own.get(today, calendar.week[today.weekday()])
    of_yesterday = own.get(yesterday, calendar.week[yesterday.weekday()])
    return any(one.from_minute <= minute < one.to_minute for one in of_today) or any(
        one.from_minute <= minute + DAY_MINUTES < one.to_minute for one in of_yesterday
    )


_NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 29)),  # 2:00 → 3:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 3:00 → 2:00
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # 0:00 → 1:00: the day has no midnight
    ("America/Havana", date(2026, 11, 1)),  # 1:00 → 0:00
    ("America/St_Johns", date(2010, 11, 7)),  # 0:01 → 23:01 of the day before
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("UTC", date(2028, 2, 29)),
]


def _random_periods(chance: random.Random) -> tuple[Period, ...]:
    cuts = sorted(chance.sample(range(0, 30 * 60, chance.choice([1, 15, 30])), 2 * chance.choice([0, 1, 1, 2, 3])))
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple(
        Period(from_minute=first, to_minute=min(last, first + DAY_MINUTES)) for first, last in pairs if first < 1440
    )


def _random_calendar(chance: random.Random, zone: str, around: date) -> Calendar:
    whole = _periods("0:00-24:00")
    week = tuple(chance.choice([whole, (), *[_random_periods(chance)] * 4]) for _ in range(7))
    offsets = chance.sample(range(-4, 9), chance.randint(0, 4))
    special = [
        SpecialDay(day=around + timedelta(days=offset), periods=chance.choice([(), whole, _random_periods(chance)]))
        for offset in sorted(offsets)
    ]
    return Calendar(zone=zone, week=week, special_days=tuple(special))


@pytest.mark.parametrize("seed", range(60))
def test_both_tellings_agree(seed: int) -> None:
    chance = random.Random(seed)
    zone, night = _NIGHTS[seed % len(_NIGHTS)]
    calendar = _random_calendar(chance, zone, night)
    check_calendar(calendar)
    start = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(days=3)
    minutes = [start + number * MINUTE for number in range(10 * DAY_MINUTES)]
    wall = [_wall_is_open(calendar, at) for at in minutes]
    told = f"seed {seed}: {calendar}"

    for number in chance.sample(range(len(minutes)), 300):
        assert is_open(calendar, minutes[number]) is wall[number], (told, minutes[number])

    openings = [minutes[number] for number in range(1, len(wall)) if wall[number] and not wall[number - 1]]
    closings = [minutes[number] for number in range(1, len(wall)) if not wall[number] and wall[number - 1]]
    for at in chance.sample(minutes, 40) + openings[:10] + closings[:10]:
        _agrees_on_the_next(next_opening(calendar, at), openings, at, minutes[-1], told)
        _agrees_on_the_next(next_closing(calendar, at), closings, at, minutes[-1], told)

    sums = [0]
    for is_so in wall:
        sums.append(sums[-1] + 60 * is_so)
    for _ in range(60):
        first, last = sorted(chance.sample(range(len(minutes)), 2))
        begin = minutes[first] + timedelta(seconds=chance.randint(0, 59))
        end = minutes[last] + timedelta(seconds=chance.randint(0, 59))
        of_begin = wall[first] * (begin - minutes[first]).total_seconds()
        of_end = wall[last] * (end - minutes[last]).total_seconds()
        expected = sums[last] - sums[first] - of_begin + of_end
        assert business_seconds(calendar, begin, end) == expected, (told, begin, end)
        if expected > 0:
            due = after_business_seconds(calendar, begin, expected)
            assert due is not None
            assert due <= end, (told, begin, end, due)
            assert business_seconds(calendar, begin, due) == expected, (told, begin, end, due)
            just_before = due - timedelta(microseconds=1)
            assert business_seconds(calendar, begin, just_before) < expected, (told, begin, due)


def _agrees_on_the_next(found: datetime | None, edges: list[datetime], at: datetime, last: datetime, told: str) -> None:
    expected = next((edge for edge in edges if edge > at), None)
    if expected is None:
        assert found is None or found > last, (told, at, found)
    else:
        assert found == expected, (told, at)


# Told by hand


def test_a_week_of_an_office() -> None:
    friday_evening = _berlin("2026-11-27T19:00")
    assert not is_open(OFFICE, friday_evening)
    assert next_opening(OFFICE, friday_evening) == _berlin("2026-11-30T09:00")
    assert business_seconds(OFFICE, _berlin("2026-11-27T11:30"), _berlin("2026-11-30T09:10")) == (30 + 5 * 60 + 10) * 60
    assert after_business_seconds(OFFICE, _berlin("2026-11-27T17:30"), 3600) == _berlin("2026-11-30T09:30")
    assert state_at(OFFICE, _berlin("2026-11-27T12:00")).opens_at == _berlin("2026-11-27T13:00")
    assert state_at(OFFICE, _berlin("2026-11-27T13:00")).closes_at == _berlin("2026-11-27T18:00")


def test_a_deadline_falls_on_the_end_of_the_day_rather_than_on_the_next_morning() -> None:
    assert after_business_seconds(OFFICE, _berlin("2026-11-27T17:00"), 3600) == _berlin("2026-11-27T18:00")


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    holiday = SpecialDay(day=date(2026, 11, 28), name="Wedding of the owner")
    calendar = Calendar(zone=BAR.zone, week=BAR.week, special_days=(holiday,))
    assert is_open(calendar, _berlin("2026-11-28T02:29"))
    assert not is_open(calendar, _berlin("2026-11-28T02:30"))
    assert not is_open(calendar, _berlin("2026-11-28T20:00"))
    assert not is_open(calendar, _berlin("2026-11-29T01:00"))


def test_the_night_that_loses_an_hour() -> None:
    """At 2:00 it is 3:00: until half past two is until then."""
    evening = _berlin("2026-03-28T18:00")
    assert next_closing(BAR, evening) == _berlin("2026-03-29T03:00")
    assert business_seconds(BAR, evening, _berlin("2026-03-29T12:00")) == 8 * 3600
    early = Calendar(zone="Europe/Berlin", week=((),) * 6 + (_periods("2:15-2:45"),))
    assert next_opening(early, evening) == _berlin("2026-04-05T02:15")


def test_the_night_that_repeats_an_hour() -> None:
    """What the clock shows twice is open twice."""
    evening = _berlin("2026-10-24T18:00")
    assert next_closing(BAR, evening) == _berlin("2026-10-25T02:30")
    assert next_opening(BAR, _berlin("2026-10-25T02:30")) == _berlin("2026-10-25T02:00", fold=1)
    assert business_seconds(BAR, evening, _berlin("2026-10-25T12:00")) == 9 * 3600


def test_day_and_night_never_closes_and_nothing_never_opens() -> None:
    now = _berlin("2026-11-27T19:00")
    assert next_closing(ALWAYS, now) is None
    assert next_opening(ALWAYS, now) is None
    assert not never_opens(ALWAYS, now)
    assert never_opens(NEVER, now)
    assert state_at(NEVER, now).opens_at is None
    assert after_business_seconds(NEVER, now, 1) is None
    assert business_seconds(NEVER, now, now + timedelta(days=1000)) == 0
    assert business_seconds(ALWAYS, now, now + timedelta(days=1000)) == 1000 * 86_400


def test_days_off_in_a_row_are_looked_over() -> None:
    closed = [SpecialDay(day=date(2026, 11, 27) + timedelta(days=number)) for number in range(400)]
    calendar = Calendar(zone=OFFICE.zone, week=OFFICE.week, special_days=tuple(closed))
    assert next_opening(calendar, _berlin("2026-11-26T20:00")) == _berlin("2028-01-03T09:00")


def test_a_week_that_is_closed_opens_on_a_special_day_only() -> None:
    sale = SpecialDay(day=date(2027, 5, 1), periods=_periods("10:00-12:00"))
    calendar = Calendar(zone="Europe/Berlin", week=NEVER.week, special_days=(sale,))
    now = _berlin("2026-11-27T19:00")
    assert next_opening(calendar, now) == _berlin("2027-05-01T10:00")
    assert after_business_seconds(calendar, now, 7200) == _berlin("2027-05-01T12:00")
    assert after_business_seconds(calendar, now, 7201) is None
    assert never_opens(calendar, _berlin("2027-05-01T12:00"))


def test_ten_years_are_the_longest_search() -> None:
    now = datetime(2026, 11, 27, 19, tzinfo=UTC)
    brief = Calendar(zone="UTC", week=(_periods("9:00-9:01"),) + ((),) * 6)
    due = datetime(2026, 11, 30, 9, 1, tzinfo=UTC) + timedelta(weeks=499)
    assert after_business_seconds(brief, now, 60 * 500) == due
    assert after_business_seconds(brief, now, 60 * 600) is None


def test_the_days_ahead_are_those_of_the_zone() -> None:
    holiday = SpecialDay(day=date(2026, 11, 29), name="Open Sunday", periods=_periods("12:00-16:00"))
    calendar = Calendar(zone="Pacific/Auckland", week=OFFICE.week, special_days=(holiday,))
    days = days_ahead(calendar, datetime(2026, 11, 27, 12, tzinfo=UTC), 3)
    assert [(one.day.day, one.is_special, one.name, len(one.periods)) for one in days] == [
        (28, False, "", 0),
        (29, True, "Open Sunday", 1),
        (30, False, "", 2),
    ]


def test_a_teams_hours_come_before_its_channels() -> None:
    assert calendar_for(team="team", channel="channel", default="default") == "team"
    assert calendar_for(team=None, channel="channel", default="default") == "channel"
    assert calendar_for(team=None, channel=None, default="default") == "default"
    assert calendar_for(team=None, channel=None, default=None) is None


_DAY = date(2026, 12, 24)


@pytest.mark.parametrize(
    ("calendar", "reason"),
    [
        (Calendar(zone="Europe/Atlantis", week=NEVER.week), "time_zone_unknown"),
        (Calendar(zone="UTC", week=NEVER.week[:6]), "week_has_seven_days"),
        (Calendar(zone="UTC", week=(_periods("9:00-12:00", "11:59-13:00"),) + ((),) * 6), "periods_overlap"),
        (Calendar(zone="UTC", week=((Period(from_minute=60, to_minute=60),),) * 7), "period_without_length"),
        (Calendar(zone="UTC", week=((Period(from_minute=60, to_minute=1501),),) * 7), "period_without_length"),
        (
            Calendar(zone="UTC", week=(tuple(Period(from_minute=n, to_minute=n + 1) for n in range(13)),) * 7),
            "too_many_periods",
        ),
        (
            Calendar(zone="UTC", week=NEVER.week, special_days=(SpecialDay(day=_DAY), SpecialDay(day=_DAY))),
            "special_day_twice",
        ),
        (
            Calendar(zone="UTC", week=NEVER.week, special_days=(SpecialDay(day=date(1999, 1, 1)),)),
            "special_day_too_far",
        ),
        (
            Calendar(
                zone="UTC",
                week=NEVER.week,
                special_days=tuple(
                    SpecialDay(day=_DAY + timedelta(days=number)) for number in range(MOST_SPECIAL_DAYS + 1)
                ),
            ),
            "too_many_special_days",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hours_that_cannot_be_are_refused(calendar: Calendar, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_calendar(calendar)
    assert refused.value.reason == reason


# Files of dates


def _wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _closed(calendar: Calendar, *occurrences: tuple[str, str, str]) -> dict[str, str]:
    read = [
        Occurrence(name, _wall(start), _wall(end), is_whole_day=len(start) == 10) for name, start, end in occurrences
    ]
    return {
        f"{one.day} {one.name}".strip(): " ".join(_told(period) for period in one.periods)
        for one in closed_days(calendar, read)
    }


def _told(period: Period) -> str:
    return "-".join(f"{minute // 60}:{minute % 60:02}" for minute in (period.from_minute, period.to_minute))


def test_a_whole_day_is_off_and_one_that_was_closed_gets_its_name() -> None:
    christmas = ("Christmas", "2026-12-25", "2026-12-28")
    expected = {"2026-12-25 Christmas": "", "2026-12-26 Christmas": "", "2026-12-27 Christmas": ""}
    assert _closed(OFFICE, christmas) == expected


def test_an_event_with_times_shortens_the_periods_of_its_day() -> None:
    assert _closed(OFFICE, ("Party", "2026-12-24T11:00", "2026-12-24T14:00")) == {
        "2026-12-24 Party": "9:00-11:00 14:00-18:00"
    }
    assert _closed(OFFICE, ("Evening class", "2026-12-24T19:00", "2026-12-24T21:00")) == {}


def test_an_event_may_cut_the_night_of_the_day_before() -> None:
    assert _closed(BAR, ("Early", "2026-11-28T01:00", "2026-11-28T19:00")) == {
        "2026-11-27 Early": "18:00-25:00",
        "2026-11-28 Early": "19:00-26:30",
    }


def test_what_a_calendar_has_already_changes_nothing() -> None:
    holiday = SpecialDay(day=date(2026, 12, 25), name="By hand")
    calendar = Calendar(zone=OFFICE.zone, week=OFFICE.week, special_days=(holiday,))
    assert _closed(calendar, ("Christmas", "2026-12-25", "2026-12-26")) == {}


def test_two_events_of_a_day_are_both_named() -> None:
    both = [("Party", "2026-12-24T11:00", "2026-12-24T14:00"), ("Inventory", "2026-12-24T17:00", "2026-12-24T22:00")]
    assert _closed(OFFICE, *both) == {"2026-12-24 Party, Inventory": "9:00-11:00 14:00-17:00"}
