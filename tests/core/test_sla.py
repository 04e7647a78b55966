"""Deadlines against a desk that looks at the clock every minute: nights that lose or repeat an hour, holidays, work
past midnight, and pauses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from threadline.core.calendar import Calendar, Period, SpecialDay, is_open
from threadline.core.errors import Invalid
from threadline.core.filter import FIELDS, Condition, Filter, Group, Operator, Use, fields_for
from threadline.core.sla import (
    Act,
    Clock,
    Kept,
    Policy,
    Run,
    Span,
    Standing,
    Target,
    act_of,
    after_act,
    check_policy,
    deadline,
    find_policy,
    kept_clock,
    moment_after,
    reply_run,
    resolution_run,
    wanted_clocks,
)
from threadline.core.waiting import Entry, Step, waiting_since

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ID = UUID(int=1)


def test_by_friday_evening_an_answer_is_due_on_monday_morning() -> None:
    """Ten minutes of fifteen are worked on Friday."""
    shop = _calendar([[(540, 1080)]] * 5 + [[], []])
    friday = datetime(2026, 5, 8, 15, 50, tzinfo=UTC)  # 17:50 in Berlin
    due = deadline(Target(minutes=14, is_business_time=True), Run(friday), shop)
    assert due is not None
    assert due.due_at == datetime(2026, 5, 11, 7, 4, tzinfo=UTC)


def test_without_business_time_a_calendar_says_nothing() -> None:
    due = deadline(Target(minutes=14), Run(NOW), _calendar([[]] * 7))
    assert due is not None
    assert (due.half_at, due.due_at) == (NOW + 7 * MINUTE, NOW + 14 * MINUTE)


def test_hours_that_never_open_again_promise_nothing() -> None:
    assert deadline(Target(minutes=14, is_business_time=True), Run(NOW), _calendar([[]] * 7)) is None


@pytest.mark.parametrize(("warns", "at", "after_min"), [("share", 25, 1), ("before", 3, 1), ("never", 0, None)])
def test_a_warning_comes_after_a_share_or_before_the_end(warns: str, at: int, after_min: int | None) -> None:
    due = deadline(Target(minutes=4, warns=warns, warns_at=at), Run(NOW), None)  # pyright: ignore[reportArgumentType]
    assert due is not None
    assert due.warn_at == (None if after_min is None else NOW + after_min * MINUTE)


@pytest.mark.parametrize("seed", range(150))
def test_a_deadline_is_the_minute_at_which_a_desk_has_counted_enough(seed: int) -> None:
    random = Random(seed)
    calendar = _any_calendar(random)
    start = random.choice(_NEAR) + random.randrange(-1500, 1500) * MINUTE
    pauses = _any_pauses(random, start)
    minutes = random.randrange(1, 900)
    found = moment_after(Run(start, pauses), minutes * 60, calendar)
    assert found == _counted_by_hand(start, pauses, minutes, lambda at: calendar is None or is_open(calendar, at))


@pytest.mark.parametrize("seed", range(60))
def test_the_clock_of_a_thread_goes_while_its_customer_waits_and_is_not_paused(seed: int) -> None:
    """The end is read off the entries; a desk asks the one definition of waiting at every minute."""
    random = Random(seed)
    entries = _any_thread(random)
    run = resolution_run(entries)
    if waiting_since(entries) is None:
        assert run is None
        return
    assert run is not None
    minutes = random.randrange(1, 400)
    pauses = [(one.paused_at, one.at) for one in entries if one.paused_at is not None]

    def goes(at: datetime) -> bool:
        waits = waiting_since([one for one in entries if one.at <= at]) is not None
        return waits and not any(start <= at < end for start, end in pauses)

    assert moment_after(run, minutes * 60, None) == _counted_by_hand(run.start, (), minutes, goes)


@pytest.mark.parametrize("seed", range(60))
def test_a_reply_is_due_as_if_its_pauses_had_not_been(seed: int) -> None:
    """The stored clock was moved by them, in calendar time; the thread tells where they were."""
    random = Random(seed)
    calendar = _any_calendar(random)
    start = random.choice(_NEAR) + random.randrange(-1500, 1500) * MINUTE
    pauses = _any_pauses(random, start, first=0)
    entries = [Entry(Step.ASKED, start), *(Entry(Step.UNPAUSED, one.end, paused_at=one.start) for one in pauses)]
    since = waiting_since(entries)
    assert since is not None
    minutes = random.randrange(1, 900)
    found = moment_after(reply_run(since, entries), minutes * 60, calendar)
    assert found == _counted_by_hand(start, pauses, minutes, lambda at: calendar is None or is_open(calendar, at))


def test_resolved_and_taken_up_again_by_the_customer_begins_anew() -> None:
    entries = [Entry(Step.ASKED, NOW), Entry(Step.RESOLVED, NOW + 5 * MINUTE), Entry(Step.ASKED, NOW + 90 * MINUTE)]
    assert resolution_run(entries) == Run(NOW + 90 * MINUTE)


def test_resolved_by_mistake_it_goes_on_where_it_was() -> None:
    entries = [Entry(Step.ASKED, NOW), Entry(Step.RESOLVED, NOW + 5 * MINUTE), Entry(Step.REVIVED, NOW + 7 * MINUTE)]
    run = resolution_run(entries)
    assert run is not None
    assert moment_after(run, 600, None) == NOW + 12 * MINUTE


# Policies


def test_the_first_that_matches_wins() -> None:
    urgent = _policy("urgent", Group(of=(Condition(field="priority", operator=Operator.ANY_OF, values=("3",)),)))
    rest = _policy("all", Group())
    fields = fields_for(Use.SLA)
    assert find_policy([urgent, rest], {"priority": "3"}, now=NOW, fields=fields) is urgent
    assert find_policy([urgent, rest], {"priority": "0"}, now=NOW, fields=fields) is rest
    assert find_policy([urgent], {"priority": "0"}, now=NOW, fields=fields) is None


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (Policy(id=ID, name="none"), "sla_without_target"),
        (Policy(id=ID, name="x", first_reply=Target(minutes=4, warns="before", warns_at=4)), "sla_warning_too_late"),
        (Policy(id=ID, name="x", first_reply=Target(minutes=4, warns="share", warns_at=100)), "sla_warning_too_late"),
        (
            Policy(
                id=ID,
                name="x",
                first_reply=Target(minutes=4),
                filter=Group(of=(Condition(field="late", operator=Operator.YES),)),
            ),
            "filter_field_gone",
        ),
    ],
)
def test_what_cannot_be_promised_is_refused(policy: Policy, reason: str) -> None:
    """Also a promise that hangs on whether it is kept."""
    with pytest.raises(Invalid) as refused:
        check_policy(policy, fields=FIELDS)
    assert refused.value.reason == reason


# What is kept


def test_each_moment_acts_once() -> None:
    clock = _clock(warn_min=1, due_min=4)
    assert act_of(clock, now=NOW) is None
    assert act_of(clock, now=NOW + MINUTE) is Act.WARN
    warned = after_act(clock, Act.WARN, now=NOW + MINUTE)
    assert act_of(warned, now=NOW + 3 * MINUTE) is None
    assert act_of(warned, now=NOW + 4 * MINUTE) is Act.MISS
    assert act_of(after_act(warned, Act.MISS, now=NOW + 4 * MINUTE), now=NOW + 99 * MINUTE) is None


def test_a_warning_that_comes_too_late_is_none() -> None:
    assert act_of(_clock(warn_min=1, due_min=4), now=NOW + 5 * MINUTE) is Act.MISS


def test_counted_again_a_wait_keeps_its_marks_and_another_one_has_none() -> None:
    late = after_act(_clock(warn_min=1, due_min=4), Act.MISS, now=NOW + 4 * MINUTE)
    now = NOW + 5 * MINUTE
    assert kept_clock(late, _clock(warn_min=1, due_min=4), is_recount=False, now=now) == late
    other = replace(_clock(warn_min=1, due_min=4), began_at=NOW + MINUTE)
    assert kept_clock(late, other, is_recount=False, now=now) == other


def test_promised_anew_for_later_it_can_be_missed_again() -> None:
    late = after_act(_clock(warn_min=1, due_min=4), Act.MISS, now=NOW + 4 * MINUTE)
    kept = kept_clock(late, _clock(warn_min=1, due_min=60), is_recount=False, now=NOW + 5 * MINUTE)
    assert kept is not None
    assert (kept.missed_at, kept.act_at) == (None, NOW + MINUTE)


def test_a_changed_policy_marks_nothing_after_the_fact() -> None:
    kept = kept_clock(None, _clock(warn_min=1, due_min=4), is_recount=True, now=NOW + 5 * MINUTE)
    assert kept is not None
    assert (kept.missed_at, kept.act_at) == (NOW + 4 * MINUTE, None)


def test_an_answer_stops_the_clock_and_keeps_its_marks() -> None:
    """They are there when the answer is taken back."""
    late = after_act(_clock(warn_min=1, due_min=4), Act.MISS, now=NOW + 4 * MINUTE)
    stopped = kept_clock(late, None, is_recount=False, now=NOW + 5 * MINUTE)
    assert stopped is not None
    assert (stopped.due_at, stopped.act_at, stopped.missed_at) == (None, None, late.missed_at)
    again = kept_clock(stopped, _clock(warn_min=1, due_min=4), is_recount=False, now=NOW + 6 * MINUTE)
    assert again is not None
    assert again.act_at is None


def test_a_window_reminds_before_it_closes_and_only_who_waits() -> None:
    closes_at = NOW + 120 * MINUTE
    waits = Standing(since=NOW, window_closes_at=closes_at)
    found = wanted_clocks(waits, None, None, window_reminder=60 * MINUTE, now=NOW)
    assert found[Clock.WINDOW].act_at == NOW + 60 * MINUTE
    silent = wanted_clocks(waits, None, None, window_reminder=timedelta(), now=NOW)
    assert silent[Clock.WINDOW].act_at == closes_at
    assert not wanted_clocks(replace(waits, since=None), None, None, window_reminder=60 * MINUTE, now=NOW)


def test_the_first_reply_has_its_own_target() -> None:
    policy = Policy(id=ID, name="x", first_reply=Target(minutes=4), next_reply=Target(minutes=9))
    for is_first, minutes in ((True, 4), (False, 9)):
        standing = Standing(since=NOW, window_closes_at=None, is_first=is_first)
        found = wanted_clocks(standing, policy, None, window_reminder=timedelta(), now=NOW)
        assert found[Clock.REPLY].due_at == NOW + minutes * MINUTE


def _clock(*, warn_min: int, due_min: int) -> Kept:
    return Kept(
        clock=Clock.REPLY,
        began_at=NOW,
        since=NOW,
        half_at=NOW + due_min * MINUTE / 2,
        warn_at=NOW + warn_min * MINUTE,
        due_at=NOW + due_min * MINUTE,
    )


def _policy(name: str, filter: Filter) -> Policy:
    return Policy(id=ID, name=name, filter=filter, first_reply=Target(minutes=4))


# The desk that looks every minute

_NEAR = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin loses an hour
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin repeats one
    datetime(2026, 10, 4, 15, 30, tzinfo=UTC),  # Lord Howe loses half an hour
    datetime(2026, 12, 24, 12, tzinfo=UTC),
]
_ZONES = ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"]


def _calendar(week: Sequence[Sequence[tuple[int, int]]], zone: str = "Europe/Berlin") -> Calendar:
    periods = tuple(tuple(Period(from_minute=first, to_minute=last) for first, last in day) for day in week)
    return Calendar(zone=zone, week=periods)


def _any_calendar(random: Random) -> Calendar | None:
    if random.random() < 0.2:
        return None
    week = [random.choice([[(0, 1440)], [(540, 720), (780, 1080)], [(1080, 1560)], [(60, 200)], []]) for _ in range(7)]
    calendar = _calendar([[(540, 1080)], *week[1:]], random.choice(_ZONES))
    days = tuple(
        SpecialDay(day=day, periods=random.choice([(), (Period(from_minute=600, to_minute=840),)]))
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 25))
        if random.random() < 0.5
    )
    return replace_days(calendar, days)


def replace_days(calendar: Calendar, days: tuple[SpecialDay, ...]) -> Calendar:
    return Calendar(zone=calendar.zone, week=calendar.week, special_days=days)


def _any_pauses(random: Random, start: datetime, *, first: int = 1) -> tuple[Span, ...]:
    pauses: list[Span] = []
    at = start + first * MINUTE
    for _ in range(random.randrange(4)):
        begin = at + random.randrange(1, 400) * MINUTE
        at = begin + random.randrange(1, 400) * MINUTE
        pauses.append(Span(begin, at))
    return tuple(pauses)


def _any_thread(random: Random) -> list[Entry]:
    entries, at = [Entry(Step.ASKED, NOW)], NOW
    for _ in range(random.randrange(12)):
        paused_at = at + random.randrange(1, 60) * MINUTE
        at = paused_at + random.randrange(1, 60) * MINUTE
        step = random.choice([Step.ASKED, Step.ANSWERED, Step.EXCUSED, Step.RESTORED, Step.UNPAUSED, Step.UNPAUSED])
        was_paused = step is Step.UNPAUSED or random.random() < 0.2
        entries.append(Entry(step, at, paused_at=paused_at if was_paused else None))
    return entries


def _counted_by_hand(
    start: datetime, pauses: Sequence[Span], minutes: int, goes: Callable[[datetime], bool]
) -> datetime:
    """A desk that looks at the beginning of every minute; who paused, or is closed then, does not count it."""
    at, counted = start, 0
    while counted < minutes:
        if goes(at) and not any(one.start <= at < one.end for one in pauses):
            counted += 1
        at += MINUTE
    return at
