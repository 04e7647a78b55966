"""Greetings and away messages: when they are said, and what they say; the rule of once per absence told twice."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.core.test_calendar import ALWAYS, BAR, NEVER, OFFICE
from threadline.core.automatic_reply import (
    AutomaticReply,
    Filling,
    Heard,
    Manners,
    Place,
    ReplyKind,
    Why,
    WhyNot,
    check_automatic_reply,
    decide,
    fill_automatic_reply,
    is_same_absence,
    promises_return,
    reply_for,
    wording_for,
)
from threadline.core.calendar import DAY_MINUTES, Calendar, Period, SpecialDay
from threadline.core.errors import Invalid
from threadline.core.saved_reply import Names, Wording

BERLIN = ZoneInfo("Europe/Berlin")
MANNERS = Manners()


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


MONDAY_NOON = _at("2026-06-01T11:00")
MONDAY_NIGHT = _at("2026-06-01T22:00")


def _first(at: datetime) -> Heard:
    return Heard(at=at, before_at=None)


def _later(at: datetime, **ago: float) -> Heard:
    return Heard(at=at, before_at=at - timedelta(**ago))


CASES: list[tuple[str, Heard, datetime, Why | WhyNot]] = [
    ("the first message is greeted", _first(MONDAY_NOON), MONDAY_NOON, Why.FIRST_MESSAGE),
    ("the second is not", _later(MONDAY_NOON, minutes=1), MONDAY_NOON, WhyNot.NOT_FIRST),
    ("a month of silence", _later(MONDAY_NOON, days=30), MONDAY_NOON, Why.AFTER_SILENCE),
    ("a day less", _later(MONDAY_NOON, days=29, hours=23), MONDAY_NOON, WhyNot.NOT_FIRST),
    ("closed", _first(MONDAY_NIGHT), MONDAY_NIGHT, Why.OUTSIDE_HOURS),
    ("closed, in the middle", _later(MONDAY_NIGHT, hours=1), MONDAY_NIGHT, Why.OUTSIDE_HOURS),
    (
        "closed, and told so this evening",
        replace(_first(MONDAY_NIGHT), away_at=_at("2026-06-01T18:00")),
        MONDAY_NIGHT,
        WhyNot.SAME_ABSENCE,
    ),
    (
        "closed, and told so at noon, in another absence",
        replace(_first(MONDAY_NIGHT), away_at=_at("2026-06-01T12:30")),
        MONDAY_NIGHT,
        Why.OUTSIDE_HOURS,
    ),
    (
        "told so over the weekend, from Friday to Monday",
        replace(_first(MONDAY_NOON), away_at=_at("2026-05-29T18:30")),
        _at("2026-06-01T08:59"),
        WhyNot.SAME_ABSENCE,
    ),
    (
        "told so while it counted as closed, and it was opened since",
        replace(_first(MONDAY_NIGHT), away_at=_at("2026-06-01T16:00")),
        MONDAY_NIGHT,
        Why.OUTSIDE_HOURS,
    ),
    (
        "written while it was open, asked when it is closed",
        _first(_at("2026-06-01T17:59")),
        _at("2026-06-01T18:00"),
        Why.OUTSIDE_HOURS,
    ),
    (
        "written while it was closed, asked when it is open",
        _first(_at("2026-06-01T08:59")),
        _at("2026-06-01T09:00"),
        Why.FIRST_MESSAGE,
    ),
    ("a thanks after the end", replace(_first(MONDAY_NIGHT), is_quiet=True), MONDAY_NIGHT, WhyNot.QUIET),
    (
        "a thanks in the middle",
        replace(_later(MONDAY_NIGHT, hours=1), is_thanks=True),
        MONDAY_NIGHT,
        WhyNot.THANKS,
    ),
    ("an OK as the first word", replace(_first(MONDAY_NOON), is_thanks=True), MONDAY_NOON, Why.FIRST_MESSAGE),
    ("a flow answers", replace(_first(MONDAY_NOON), is_flow=True), MONDAY_NOON, WhyNot.FLOW),
    ("blocked", replace(_first(MONDAY_NOON), is_blocked=True), MONDAY_NOON, WhyNot.BLOCKED),
    ("muted", replace(_first(MONDAY_NOON), is_muted=True), MONDAY_NOON, WhyNot.MUTED),
    ("opted out", replace(_first(MONDAY_NOON), is_opted_out=True), MONDAY_NOON, WhyNot.OPTED_OUT),
    ("somebody acted", replace(_first(MONDAY_NOON), has_person_acted=True), MONDAY_NOON, WhyNot.PERSON_ACTED),
    (
        "somebody wrote a quarter of an hour ago, but a second",
        replace(_first(MONDAY_NIGHT), person_wrote_at=MONDAY_NIGHT - timedelta(minutes=15, seconds=-1)),
        MONDAY_NIGHT,
        WhyNot.PERSON_WROTE,
    ),
    (
        "somebody wrote a quarter of an hour ago",
        replace(_first(MONDAY_NIGHT), person_wrote_at=MONDAY_NIGHT - timedelta(minutes=15)),
        MONDAY_NIGHT,
        Why.OUTSIDE_HOURS,
    ),
    ("two had it within the hour", replace(_first(MONDAY_NOON), sent_lately=2), MONDAY_NOON, Why.FIRST_MESSAGE),
    ("three had it", replace(_first(MONDAY_NOON), sent_lately=3), MONDAY_NOON, WhyNot.TOO_MANY),
    ("a long burst", replace(_first(MONDAY_NOON), received_lately=20), MONDAY_NOON, Why.FIRST_MESSAGE),
    ("a flood", replace(_first(MONDAY_NOON), received_lately=21), MONDAY_NOON, WhyNot.FLOOD),
]


@pytest.mark.parametrize(("heard", "now", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_said(heard: Heard, now: datetime, expected: Why | WhyNot) -> None:
    assert decide(heard, greets=True, is_away=True, calendar=OFFICE, manners=MANNERS, now=now) is expected


def test_what_there_is_not_is_not_said() -> None:
    heard = _first(MONDAY_NIGHT)

    def what(**given: bool) -> Why | WhyNot:
        found = {"greets": False, "is_away": False, **given}
        return decide(heard, **found, calendar=OFFICE, manners=MANNERS, now=MONDAY_NIGHT)

    assert what() is WhyNot.NOTHING_CONFIGURED
    assert what(is_away=True) is Why.OUTSIDE_HOURS
    assert what(greets=True) is Why.FIRST_MESSAGE, "without an away message the greeting is said at any hour"
    assert decide(heard, greets=False, is_away=True, calendar=None, manners=MANNERS, now=MONDAY_NIGHT) is (
        WhyNot.NOT_FIRST
    ), "without hours it is always open"


def test_silence_of_no_days_greets_once_in_each_conversation() -> None:
    manners = Manners(silence_days=0)
    heard = _later(MONDAY_NOON, days=900)
    assert decide(heard, greets=True, is_away=False, calendar=None, manners=manners, now=MONDAY_NOON) is (
        WhyNot.NOT_FIRST
    )


# Once per absence, told by a clock on the wall


def _is_open_by_the_wall(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    own = {special.day: special.periods for special in calendar.special_days}
    for day, shift in ((wall.date(), 0), (wall.date() - timedelta(days=1), DAY_MINUTES)):
        periods = own.get(day, calendar.week[day.weekday()])
        if any(one.from_minute <= minute + shift < one.to_minute for one in periods):
            return True
    return False


def _absences(calendar: Calendar, start: datetime, minutes: int) -> list[int]:
    """For each minute the number of its closed period; nought: open."""
    numbers: list[int] = []
    number, was_open = 0, True
    for step in range(minutes):
        now_open = _is_open_by_the_wall(calendar, start + timedelta(minutes=step))
        number += was_open and not now_open
        numbers.append(0 if now_open else number)
        was_open = now_open
    return numbers


_NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/Sao_Paulo", date(2018, 11, 3)),
    ("America/Havana", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Antarctica/Troll", date(2026, 3, 28)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]


def _random_calendar(chance: random.Random, zone: str, around: date) -> Calendar:
    def day() -> tuple[Period, ...]:
        found: list[Period] = []
        at = chance.choice((0, 30, 60, 110, 120, 121, 600))
        while at < DAY_MINUTES and len(found) < 3 and chance.random() < 0.7:
            end = at + chance.choice((1, 15, 30, 60, 61, 240, 900))
            found.append(Period(from_minute=at, to_minute=min(end, at + DAY_MINUTES)))
            at = end + chance.choice((1, 30, 60, 300))
        return tuple(found)

    special = [SpecialDay(day=around + timedelta(days=1), periods=day())] if chance.random() < 0.4 else []
    return Calendar(zone=zone, week=tuple(day() for _ in range(7)), special_days=tuple(special))


@pytest.mark.parametrize(("zone", "day"), _NIGHTS, ids=[f"{zone} {day}" for zone, day in _NIGHTS])
def test_once_per_absence_as_a_wall_clock_tells_it(zone: str, day: date) -> None:
    """Nights that lose or repeat an hour, periods past midnight and of a minute, a day that never was."""
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for _ in range(6):
        calendar = _random_calendar(chance, zone, day)
        numbers = _absences(calendar, start, 2 * DAY_MINUTES)
        for _ in range(60):
            first, second = sorted((chance.randrange(len(numbers)), chance.randrange(len(numbers))))
            same = numbers[first] == numbers[second] != 0
            moments = [start + timedelta(minutes=one) for one in (first, second)]
            assert is_same_absence(calendar, *moments) is same, (seed, calendar, moments)


@pytest.mark.parametrize(("zone", "day"), _NIGHTS, ids=[f"{zone} {day}" for zone, day in _NIGHTS])
def test_whoever_writes_all_the_time_has_one_message_in_each_absence(zone: str, day: date) -> None:
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for _ in range(3):
        calendar = _random_calendar(chance, zone, day)
        said = list(_said(calendar, start, 2 * DAY_MINUTES))
        numbers = _absences(calendar, start, 2 * DAY_MINUTES)
        firsts = [step for step, number in enumerate(numbers) if number and number not in numbers[:step]]
        assert said == firsts, (seed, calendar)


def _said(calendar: Calendar, start: datetime, minutes: int) -> Iterator[int]:
    """The minutes at which somebody is told that it is closed who writes every minute."""
    away_at: datetime | None = None
    for step in range(minutes):
        now = start + timedelta(minutes=step)
        heard = Heard(at=now, before_at=now, away_at=away_at)
        if decide(heard, greets=False, is_away=True, calendar=calendar, manners=MANNERS, now=now) is Why.OUTSIDE_HOURS:
            away_at = now
            yield step


@pytest.mark.parametrize(
    ("calendar", "earlier", "later", "same"),
    [
        (BAR, "2026-06-06T02:30", "2026-06-06T17:59", True),  # from the end of Friday's night to Saturday's opening
        (BAR, "2026-06-05T17:00", "2026-06-06T03:00", False),  # a night past midnight lies between
        (NEVER, "2020-01-01T00:00", "2026-01-01T00:00", True),
        (ALWAYS, "2026-06-01T00:00", "2026-06-01T00:00", False),
    ],
)
def test_absences(calendar: Calendar, earlier: str, later: str, *, same: bool) -> None:
    assert is_same_absence(calendar, _at(earlier), _at(later)) is same


# Whose words


def _reply(*texts: str, is_on: bool = True, expected_min: int = 0) -> AutomaticReply:
    languages = ("en", "de", "pt")
    wordings = tuple(Wording(language=language, text=text) for language, text in zip(languages, texts, strict=False))
    return AutomaticReply(is_on=is_on, wordings=wordings, expected_min=expected_min)


def test_a_team_goes_before_a_channel_and_a_channel_before_the_workspace() -> None:
    channel, team, other = UUID(int=1), UUID(int=2), UUID(int=3)
    everywhere, here, theirs = _reply("all"), _reply("here"), _reply("theirs")
    replies = {Place(): everywhere, Place(channel_id=channel): here, Place(team_id=team): theirs}
    assert reply_for(replies, channel_id=channel, team_id=team) is theirs
    assert reply_for(replies, channel_id=channel, team_id=other) is here
    assert reply_for(replies, channel_id=other, team_id=None) is everywhere
    replies[Place(channel_id=channel)] = _reply("here", is_on=False)
    assert reply_for(replies, channel_id=channel, team_id=None) is None, "off here is off"
    assert reply_for({}, channel_id=channel, team_id=team) is None


@pytest.mark.parametrize(
    ("language", "text"), [("de", "b"), ("de-AT", "b"), ("pt-BR", "c"), ("en", "a"), ("ja", "a"), ("", "a")]
)
def test_the_customers_language_else_the_first(language: str, text: str) -> None:
    assert wording_for(_reply("a", "b", "c"), language).text == text


# What is said

NOBODY = Names(contact="", agent="", channel="Shop line", workspace="Shop")


def _filled(text: str, language: str = "en", *, opens: str | None = None, expected_min: int = 0, names: Names = NOBODY):
    filling = Filling(
        names=names,
        now=MONDAY_NIGHT,
        opens_at=None if opens is None else _at(opens),
        zone=BERLIN,
        expected_min=expected_min,
    )
    return fill_automatic_reply(Wording(language=language, text=text), filling)


@pytest.mark.parametrize(
    ("language", "opens", "text"),
    [
        ("en", "2026-06-02T09:00", "We answer tomorrow from 9:00."),
        ("en", "2026-06-01T23:30", "We answer today from 23:30."),
        ("en", "2026-06-06T09:05", "We answer on Saturday from 9:05."),
        ("en-GB", "2026-06-08T09:00", "We answer on 8 June from 9:00."),
        ("de", "2026-06-02T09:00", "We answer morgen ab 9:00 Uhr."),
        ("ru", "2026-06-09T09:00", "We answer 9 июня с 9:00."),
        ("pt-BR", "2026-06-06T09:00", "We answer no sábado a partir das 9:00."),
        ("pl", "2026-06-02T09:00", "We answer 2026-06-02 09:00."),
    ],
)
def test_the_time_of_return(language: str, opens: str, text: str) -> None:
    assert _filled("We answer {{hours.returns}}.", language, opens=opens) == text


def test_the_time_of_return_by_the_customers_own_clock() -> None:
    filling = Filling(
        names=NOBODY,
        now=MONDAY_NIGHT,
        opens_at=_at("2026-06-02T09:00"),
        zone=ZoneInfo("America/Los_Angeles"),
        expected_min=0,
    )
    wording = Wording(language="en", text="{{ hours.returns }}")
    assert fill_automatic_reply(wording, filling) == "tomorrow from 0:00", "it is Monday, 13:00, there"


@pytest.mark.parametrize(
    ("minutes", "language", "text"),
    [
        (1, "en", "in about 1 minute"),
        (10, "en", "in about 10 minutes"),
        (90, "en", "in about 90 minutes"),
        (120, "en", "in about 2 hours"),
        (1, "ru", "примерно через 1 минуту"),
        (3, "ru", "примерно через 3 минуты"),
        (12, "ru", "примерно через 12 минут"),
        (180, "ru", "примерно через 3 часа"),
        (10, "sv", "om cirka 10 minuter"),
        (10, "pl", "in about 10 minutes"),
    ],
)
def test_how_long_it_usually_takes(minutes: int, language: str, text: str) -> None:
    assert _filled("{{reply.expected}}", language, expected_min=minutes) == text


def test_what_is_not_known_leaves_no_hole_and_what_was_filled_in_is_not_read_again() -> None:
    greeting = 'Hello {{contact.first_name | default: "there"}}, this is {{workspace.name}}. {{hours.returns}} Soon.'
    assert _filled(greeting) == "Hello there, this is Shop. Soon."
    assert _filled('Hello {{contact.first_name | default: ""}}, thank you') == "Hello, thank you"
    named = replace(NOBODY, contact="{{workspace.name}} x")
    assert _filled('{{contact.name | default: ""}}', names=named) == "{{workspace.name}} x"
    assert _filled('{{hours.returns | default: "soon"}}') == "soon"


def test_a_text_that_needs_a_time_of_return_says_so() -> None:
    assert promises_return(Wording(language="en", text="Until {{hours.returns}}"))
    assert not promises_return(Wording(language="en", text="Until {{hours.returns | default: 'soon'}}"))
    assert not promises_return(Wording(language="en", text="Until then"))


@pytest.mark.parametrize(
    ("kind", "reply", "reason"),
    [
        ("away", _reply(), "automatic_needs_text"),
        ("away", _reply("  "), "automatic_needs_text"),
        ("away", _reply("a" * 1001), "automatic_too_long"),
        ("away", _reply("Hi {{contact.first_name}}"), "closing_needs_default"),
        ("away", _reply("I am {{agent.name}}"), "place_unknown"),
        ("away", _reply("I am {{ agent.first_name | default: 'x' }}"), "place_unknown"),
        ("away", _reply("{{hours.opens}}"), "place_unknown"),
        ("away", _reply("{{ {{hours.returns}} }}"), "place_unknown"),
        ("away", _reply("a", "{{nothing}}"), "place_unknown"),
        ("greeting", _reply("{{hours.returns}}"), "automatic_no_return"),
        ("greeting", _reply("{{reply.expected}}"), "automatic_no_expectation"),
    ],
)
def test_what_cannot_be_filled_is_refused(kind: str, reply: AutomaticReply, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_automatic_reply(ReplyKind(kind), reply)
    assert refused.value.reason == reason


def test_what_can_be_said() -> None:
    check_automatic_reply(ReplyKind.AWAY, _reply("Back {{hours.returns}}, {{reply.expected}}", expected_min=10))
    check_automatic_reply(ReplyKind.GREETING, _reply("Hello {{contact.name | default: ''}} at {{channel.name}}"))
    twice = AutomaticReply(
        is_on=True, wordings=(Wording(language="", text="a"), Wording(language="", text="b")), expected_min=0
    )
    with pytest.raises(Invalid, match="Each language once"):
        check_automatic_reply(ReplyKind.AWAY, twice)
    many = tuple(Wording(language=f"l{number}", text="a") for number in range(21))
    with pytest.raises(Invalid, match="at most 20"):
        check_automatic_reply(ReplyKind.AWAY, AutomaticReply(is_on=True, wordings=many, expected_min=0))
