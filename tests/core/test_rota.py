"""The rota: spans of time from weeks, changes and swaps, held against one that counts minute by minute."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from threadline.core.calendar import Calendar, Period, Week
from threadline.core.errors import Conflict, Forbidden, Invalid, ThreadlineError
from threadline.core.permission import Caller, Permission
from threadline.core.rota import (
    Change,
    ChangeKind,
    ChangeState,
    Plan,
    Rota,
    Shift,
    Span,
    check_change,
    check_fits,
    check_may_ask,
    check_may_decide,
    check_may_withdraw,
    check_plan,
    day_span,
    find_shift,
    gaps,
    is_planned,
    moment_of,
    next_on,
    next_served,
    next_shift,
    off_duty,
    on_at,
    shifts_between,
)

ANNA, BORIS, CLARA = (UUID(int=number) for number in (1, 2, 3))
BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)
FREE: Week = ((),) * 7


def _period(first: int, last: int) -> Period:
    return Period(from_minute=first, to_minute=last)


def _week(**days: tuple[int, int]) -> Week:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple((_period(*(60 * hour for hour in days[name])),) if name in days else () for name in names)


OFFICE = _week(mon=(9, 17), tue=(9, 17), wed=(9, 17), thu=(9, 17), fri=(9, 17))


def _plan(*weeks: Week, agent_id: UUID = ANNA, from_day: date = MONDAY, zone: str = BERLIN) -> Plan:
    return Plan(agent_id=agent_id, from_day=from_day, zone=zone, weeks=weeks)


def _at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """By the clock of Berlin."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def _span(day: int, first: int, last: int) -> Span:
    return Span(_at(day, first), _at(day, last))


def _swap(span: Span, in_return: Span | None = None, *, giver: UUID = ANNA, receiver: UUID = BORIS) -> Change:
    return Change(kind=ChangeKind.SWAP, agent_id=giver, span=span, receiver_id=receiver, in_return=in_return)


def _off(span: Span, agent_id: UUID = ANNA) -> Change:
    return Change(kind=ChangeKind.OFF, agent_id=agent_id, span=span)


def _extra(span: Span, agent_id: UUID = ANNA) -> Change:
    return Change(kind=ChangeKind.EXTRA, agent_id=agent_id, span=span)


def _spans(rota: Rota, agent_id: UUID, first: datetime, last: datetime) -> list[Span]:
    return [Span(one.start, one.end) for one in shifts_between(rota, first, last, [agent_id])]


def test_a_week_repeats_from_its_day_on() -> None:
    rota = Rota([_plan(OFFICE, from_day=date(2026, 3, 4))])
    assert _spans(rota, ANNA, _at(1, 0), _at(10, 0)) == [_span(day, 9, 17) for day in (4, 5, 6, 9)]


def test_weeks_take_turns_counted_from_the_week_of_the_first_day() -> None:
    rota = Rota([_plan(_week(mon=(6, 14)), _week(mon=(14, 22)), from_day=date(2026, 3, 4))])
    assert _spans(rota, ANNA, _at(1, 0), _at(24, 0)) == [_span(9, 14, 22), _span(16, 6, 14), _span(23, 14, 22)]


def test_a_later_plan_takes_the_place_of_the_one_before() -> None:
    plans = [_plan(_week(tue=(6, 8))), _plan(OFFICE, from_day=date(2026, 3, 5)), _plan(from_day=date(2026, 3, 9))]
    rota = Rota(plans)
    assert _spans(rota, ANNA, _at(1, 0), _at(20, 0)) == [_span(3, 6, 8), _span(5, 9, 17), _span(6, 9, 17)]
    assert [is_planned(rota, ANNA, _at(day, 12)) for day in (1, 2, 8, 9)] == [False, True, True, False]
    assert next_shift(rota, ANNA, _at(6, 9)) is None


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    rota = Rota([_plan(_week(sun=(22, 30)))])
    assert _spans(rota, ANNA, _at(9, 3), _at(9, 4)) == [Span(_at(8, 22), _at(9, 6))]
    assert set(on_at(rota, _at(9, 5, 59))) == {ANNA}
    assert on_at(rota, _at(9, 6)) == {}


@pytest.mark.parametrize(
    ("day", "month", "hours"), [(28, 3, 7), (24, 10, 9)], ids=["an hour is lost", "an hour comes twice"]
)
def test_a_night_shift_is_as_long_as_the_night(day: int, month: int, hours: int) -> None:
    rota = Rota([_plan(_week(sat=(22, 30)))])
    (shift,) = shifts_between(rota, _at(day, 21, month=month), _at(day + 1, 7, month=month))
    assert shift.end - shift.start == timedelta(hours=hours)


def test_shifts_that_meet_on_paper_meet_when_clocks_change() -> None:
    for day, month in ((29, 3), (25, 10)):
        for minute in range(90, 240, 5):
            sunday = [(), (), (), (), (), ()]
            plans = [
                _plan((*sunday, (_period(0, minute),)), agent_id=ANNA),
                _plan((*sunday, (_period(minute, 360),)), agent_id=BORIS),
            ]
            rota, first = Rota(plans), _at(day, 0, month=month)
            works = shifts_between(rota, first, _at(day, 6, month=month))
            assert works[0].start == first
            assert works[-1].end == _at(day, 6, month=month)
            assert [one.end for one in works[:-1]] == [one.start for one in works[1:]]


def test_a_shift_within_the_hour_that_is_left_out_is_none() -> None:
    rota = Rota([_plan(((),) * 6 + ((_period(130, 170),),))])
    assert shifts_between(rota, _at(28, 12), _at(29, 12)) == []


def test_touching_shifts_are_one_and_changed_ones_say_so() -> None:
    rota = Rota([_plan(OFFICE)], [_extra(_span(3, 17, 20))])
    assert shifts_between(rota, _at(3, 0), _at(5, 0)) == [
        Shift(agent_id=ANNA, start=_at(3, 9), end=_at(3, 20), is_changed=True),
        Shift(agent_id=ANNA, start=_at(4, 9), end=_at(4, 17)),
    ]


def test_whoever_is_off_has_no_shift_that_begins_then() -> None:
    rota = Rota([_plan(OFFICE), _plan(_week(mon=(22, 30)), agent_id=BORIS)])
    off = [_off(day_span(date(2026, 3, 3), date(2026, 3, 4), BERLIN), agent_id) for agent_id in (ANNA, BORIS)]
    rota = replace(rota, changes=off)
    assert _spans(rota, ANNA, _at(2, 0), _at(7, 0)) == [_span(day, 9, 17) for day in (2, 5, 6)]
    assert _spans(rota, BORIS, _at(2, 0), _at(7, 0)) == [Span(_at(2, 22), _at(3, 6))]  # begun before, worked to its end


def test_a_swap_gives_a_shift_and_takes_one_in_return() -> None:
    plans = [_plan(_week(mon=(9, 17))), _plan(_week(tue=(9, 17)), agent_id=BORIS)]
    rota = Rota(plans, [_swap(_span(2, 9, 17), _span(3, 9, 17))])
    assert _spans(rota, ANNA, _at(2, 0), _at(8, 0)) == [_span(3, 9, 17)]
    assert _spans(rota, BORIS, _at(2, 0), _at(8, 0)) == [_span(2, 9, 17)]


def test_what_was_given_can_be_given_on_or_in_part() -> None:
    plans = [_plan(OFFICE)]
    swaps = [_swap(_span(2, 9, 17)), _swap(_span(2, 12, 17), giver=BORIS, receiver=CLARA)]
    rota = Rota(plans, swaps)
    assert _spans(rota, ANNA, _at(2, 0), _at(3, 0)) == []
    assert _spans(rota, BORIS, _at(2, 0), _at(3, 0)) == [_span(2, 9, 12)]
    assert _spans(rota, CLARA, _at(2, 0), _at(3, 0)) == [_span(2, 12, 17)]


def test_a_swap_stays_when_the_plan_is_written_anew() -> None:
    rota = Rota([_plan(_week(wed=(6, 10)))], [_swap(_span(2, 9, 17))])
    assert _spans(rota, BORIS, _at(2, 0), _at(9, 0)) == [_span(2, 9, 17)]


def test_who_is_on_now_and_next() -> None:
    plans = [_plan(OFFICE), _plan(_week(mon=(17, 26)), agent_id=BORIS), _plan(_week(mon=(17, 20)), agent_id=CLARA)]
    rota = Rota(plans)
    assert list(on_at(rota, _at(2, 10))) == [ANNA]
    assert [(one.agent_id, one.start) for one in next_on(rota, _at(2, 10))] == [
        (BORIS, _at(2, 17)),
        (CLARA, _at(2, 17)),
    ]
    assert [one.agent_id for one in next_on(rota, _at(2, 17))] == [ANNA]
    assert off_duty(rota, {ANNA, BORIS, UUID(int=9)}, _at(2, 10)) == {BORIS}


def test_who_is_not_on_the_rota_is_never_off_duty() -> None:
    rota = Rota([_plan(from_day=MONDAY), _plan(OFFICE, agent_id=BORIS, from_day=date(2026, 3, 9))])
    assert off_duty(rota, {ANNA, BORIS, CLARA}, _at(3, 3)) == set()
    assert off_duty(rota, {ANNA, BORIS, CLARA}, _at(10, 3)) == {BORIS}


def test_work_without_an_end_is_found_at_both_sides() -> None:
    rota = Rota([_plan(((_period(0, 1440),),) * 7)])
    shift = on_at(rota, _at(20, 12))[ANNA]
    assert shift.start < _at(20, 12) < shift.end
    later = Change(kind=ChangeKind.EXTRA, agent_id=ANNA, span=Span(_at(20, 12, month=11), _at(20, 13, month=11)))
    assert next_shift(replace(rota, changes=[later]), ANNA, _at(20, 12)) is None


def test_gaps_are_open_hours_in_which_nobody_works() -> None:
    hours = Calendar(zone=BERLIN, week=_week(mon=(8, 18), tue=(8, 18)))
    plans = [_plan(_week(mon=(9, 13))), _plan(_week(mon=(12, 17)), agent_id=BORIS)]
    found = gaps(hours, Rota(plans), [ANNA, BORIS], _at(2, 0), _at(4, 0))
    assert found == [_span(2, 8, 9), _span(2, 17, 18), _span(3, 8, 18)]


def test_somebody_answers_when_it_is_open_and_somebody_works() -> None:
    hours = Calendar(zone=BERLIN, week=_week(mon=(8, 18), thu=(8, 18)))
    rota = Rota([_plan(_week(tue=(9, 17), thu=(6, 17)))])
    assert next_served(hours, rota, [ANNA], _at(2, 10)) == _at(5, 8)
    assert next_served(hours, rota, [ANNA], _at(5, 10)) == _at(5, 10)
    assert next_served(None, rota, [ANNA], _at(2, 10)) == _at(3, 9)
    assert next_served(hours, rota, [BORIS], _at(2, 10)) is None


# The twin


def _slow_moment(day: date, minute: int, zone: str) -> datetime:
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute) - timedelta(hours=15)
    while at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wanted:
        at += MINUTE
    return at


def _slow_minutes(rota: Rota, agent_id: UUID, first: date, days: int) -> set[datetime]:
    """Every minute that an agent works, of pieces whose beginning lies in these days or shortly before."""
    plans = sorted((one for one in rota.plans if one.agent_id == agent_id), key=lambda one: one.from_day)
    pieces: list[set[datetime]] = []
    for number in range(-2, days + 2):
        day = first + timedelta(days=number)
        valid = [one for one in plans if one.from_day <= day]
        if not valid or not valid[-1].weeks:
            continue
        plan = valid[-1]
        week = 0
        at = plan.from_day - timedelta(days=plan.from_day.weekday())
        while at + timedelta(days=7) <= day:
            at += timedelta(days=7)
            week = (week + 1) % len(plan.weeks)
        for period in plan.weeks[week][day.weekday()]:
            start, end = (_slow_moment(day, one, plan.zone) for one in (period.from_minute, period.to_minute))
            pieces.append(_minutes(Span(start, end)))
    for change in rota.changes:
        if change.kind is ChangeKind.EXTRA and change.agent_id == agent_id:
            pieces.append(_minutes(change.span))
        if change.kind is not ChangeKind.SWAP:
            continue
        moved = [(change.agent_id, change.receiver_id, change.span)]
        if change.in_return is not None:
            moved.append((change.receiver_id or ANNA, change.agent_id, change.in_return))
        for giver, receiver, span in moved:
            if giver == agent_id:
                pieces = [part for piece in pieces for part in _parts(piece - _minutes(span))]
            elif receiver == agent_id:
                pieces.append(_minutes(span))
    off = [one.span for one in rota.changes if one.kind is ChangeKind.OFF and one.agent_id == agent_id]
    kept = [one for one in pieces if one and not any(span.start <= min(one) < span.end for span in off)]
    return set().union(*kept) if kept else set()


def _minutes(span: Span) -> set[datetime]:
    return {span.start + number * MINUTE for number in range(int((span.end - span.start) / MINUTE))}


def _parts(minutes: set[datetime]) -> list[set[datetime]]:
    parts: list[set[datetime]] = []
    for minute in sorted(minutes):
        if parts and minute - MINUTE in parts[-1]:
            parts[-1].add(minute)
        else:
            parts.append({minute})
    return parts


def _random_week(chance: random.Random) -> Week:
    days: list[tuple[Period, ...]] = []
    for _ in range(7):
        starts = sorted(chance.sample(range(0, 1440, 15), 2))
        periods = [_period(starts[0], min(starts[1], starts[0] + 300)), _period(starts[1], starts[1] + 240)]
        days.append(tuple(chance.sample(periods, chance.randrange(3))))
    return tuple(days)


@pytest.mark.parametrize("seed", range(24))
def test_shifts_are_those_of_counting_minutes(seed: int) -> None:
    chance = random.Random(seed)
    zone, first = chance.choice(
        [(BERLIN, date(2026, 3, 26)), (BERLIN, date(2026, 10, 22)), ("America/Havana", date(2026, 10, 29)),
         ("Australia/Lord_Howe", date(2026, 4, 2)), ("Africa/Casablanca", date(2026, 2, 12)), ("UTC", date(2026, 1, 1))]
    )  # fmt: skip
    plans = [
        _plan(
            *(_random_week(chance) for _ in range(chance.randrange(4))),
            agent_id=agent_id,
            zone=zone,
            from_day=first + timedelta(days=chance.randrange(-20, 5)),
        )
        for agent_id in (ANNA, ANNA, BORIS)
    ]
    plans[1] = replace(plans[1], from_day=plans[0].from_day + timedelta(days=9))
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)

    def span(most: int) -> Span:
        start = begin + timedelta(minutes=15 * chance.randrange(96 * 7))
        return Span(start, start + timedelta(minutes=15 * chance.randrange(1, most)))

    changes = [
        chance.choice(
            [
                lambda: _off(span(96 * 2), chance.choice([ANNA, BORIS])),
                lambda: _extra(span(20), chance.choice([ANNA, BORIS])),
                lambda: _swap(span(40), chance.choice([None, span(40)])),
            ]
        )()
        for _ in range(chance.randrange(6))
    ]
    rota = Rota(plans, changes)
    for agent_id in (ANNA, BORIS):
        minutes = _slow_minutes(rota, agent_id, first, 8)
        end = begin + timedelta(days=7)
        found = shifts_between(rota, begin, end, [agent_id])
        wanted = [Span(min(part), max(part) + MINUTE) for part in _parts(minutes)]
        assert [Span(one.start, one.end) for one in found] == [one for one in wanted if one.overlaps(Span(begin, end))]
        for _ in range(20):
            at = begin + timedelta(minutes=chance.randrange(60 * 24 * 6))
            assert (agent_id in on_at(rota, at)) == (at in minutes)
            following = [one.start for one in found if one.start > at]
            if following:
                shift = next_shift(rota, agent_id, at)
                assert shift is not None
                assert shift.start == following[0]


@pytest.mark.parametrize("zone", [BERLIN, "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"])
def test_a_moment_is_the_first_at_which_the_clock_shows_it_or_a_later_time(zone: str) -> None:
    chance = random.Random(zone)
    for _ in range(25):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
        minute = chance.randrange(2880)
        assert moment_of(day, minute, zone) == _slow_moment(day, minute, zone)
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5)):
        for minute in range(0, 240, 10):
            assert moment_of(day, minute, zone) == _slow_moment(day, minute, zone)


# What is refused


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (_plan(OFFICE, zone="Mars/Base"), "time_zone_unknown"),
        (_plan(OFFICE, from_day=date(1999, 1, 1)), "rota_day_too_far"),
        (_plan(*[OFFICE] * 9), "rota_too_many_weeks"),
        (_plan(OFFICE[:6]), "week_has_seven_days"),
        (_plan((*FREE[:6], (_period(60, 120), _period(90, 180)))), "periods_overlap"),
        (_plan((*FREE[:6], (_period(120, 120),))), "period_without_length"),
        (_plan(((_period(60, 120),), *FREE[:5], (_period(1380, 1560),))), "rota_shifts_overlap"),
        (_plan((*FREE[:6], (_period(1380, 1560),)), ((_period(60, 120),), *FREE[1:])), "rota_shifts_overlap"),
    ],
)
def test_plans_that_cannot_be_are_refused(plan: Plan, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_plan(plan)
    assert refused.value.reason == reason


@pytest.mark.parametrize("plan", [_plan(), _plan(OFFICE), _plan(FREE, OFFICE), _plan(_week(sun=(22, 33), mon=(9, 10)))])
def test_plans_that_can_be_are_kept(plan: Plan) -> None:
    check_plan(plan)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_extra(Span(_at(2, 9), _at(2, 9))), "rota_ends_first"),
        (_extra(Span(_at(2, 9), _at(4, 9))), "rota_shift_too_long"),
        (_off(Span(_at(2, 9), _at(2, 9) + timedelta(days=400))), "rota_off_too_long"),
        (replace(_swap(_span(2, 9, 17)), receiver_id=None), "rota_needs_receiver"),
        (replace(_off(_span(2, 9, 17)), receiver_id=BORIS), "rota_needs_receiver"),
        (_swap(_span(2, 9, 17), receiver=ANNA), "rota_own_receiver"),
        (_swap(_span(2, 9, 17), Span(_at(2, 9), _at(2, 8))), "rota_ends_first"),
        (replace(_extra(_span(2, 9, 17)), in_return=_span(3, 9, 17)), "rota_no_return"),
    ],
)
def test_changes_that_cannot_be_are_refused(change: Change, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_change(change)
    assert refused.value.reason == reason


BOTH = [_plan(OFFICE), _plan(_week(mon=(17, 22)), agent_id=BORIS)]


@pytest.mark.parametrize(
    ("changes", "change", "reason"),
    [
        ([], _swap(_span(2, 9, 17)), None),
        ([], _swap(_span(2, 12, 17)), None),
        ([], _swap(_span(7, 9, 17)), "rota_shift_gone"),
        ([_off(_span(2, 0, 23))], _swap(_span(2, 9, 17)), "rota_shift_gone"),
        ([_off(_span(2, 0, 23), BORIS)], _swap(_span(2, 9, 17)), "rota_is_off"),
        ([_extra(_span(2, 10, 11), BORIS)], _swap(_span(2, 9, 17)), "rota_works_already"),
        ([_swap(_span(2, 9, 17))], _swap(_span(2, 9, 17)), "rota_shift_gone"),
        ([], _extra(_span(2, 16, 18)), "rota_works_already"),
        ([], _extra(_span(2, 17, 18)), None),
        ([_off(_span(2, 0, 23))], _extra(_span(2, 18, 19)), "rota_is_off"),
        ([], _off(_span(2, 0, 23)), None),
        ([], _swap(_span(2, 9, 17), _span(2, 17, 22)), None),
        ([], _swap(_span(2, 9, 17), _span(3, 17, 22)), "rota_shift_gone"),
    ],
)
def test_a_change_is_asked_of_the_rota_as_it_stands(changes: list[Change], change: Change, reason: str | None) -> None:
    rota = Rota(BOTH, changes)
    if reason is None:
        check_fits(rota, change)
        return
    with pytest.raises(Conflict) as refused:
        check_fits(rota, change)
    assert refused.value.reason == reason


def test_a_part_of_a_shift_is_found_in_it() -> None:
    rota = Rota(BOTH)
    found = find_shift(rota, ANNA, _span(2, 10, 12))
    assert found is not None
    assert Span(found.start, found.end) == _span(2, 9, 17)
    assert find_shift(rota, ANNA, _span(2, 16, 18)) is None


def _caller(agent_id: UUID, *rights: Permission) -> Caller:
    return Caller(workspace_id=UUID(int=100), permissions=frozenset(rights), agent_id=agent_id)


def _reason(check: object, *args: object, **more: object) -> str | None:
    assert callable(check)
    try:
        check(*args, **more)
    except ThreadlineError as error:
        return error.reason
    return None


def test_who_may_ask_decide_and_withdraw() -> None:
    anna, boris, clara = _caller(ANNA), _caller(BORIS), _caller(CLARA, Permission.ROTA_MANAGE)
    assert _reason(check_may_ask, anna, ANNA) is None
    with pytest.raises(Forbidden):
        check_may_ask(anna, BORIS)
    assert _reason(check_may_ask, clara, ANNA) is None

    def decide(
        caller: Caller,
        state: ChangeState = ChangeState.ASKED,
        receiver_id: UUID | None = BORIS,
        is_accepted: bool = True,
    ) -> str | None:
        return _reason(check_may_decide, caller, receiver_id=receiver_id, state=state, is_accepted=is_accepted)

    assert [decide(one) for one in (anna, boris, clara)] == ["rota_not_yours", None, None]
    assert decide(anna, receiver_id=None) == "rota_not_yours"
    assert decide(boris, ChangeState.WITHDRAWN) == "rota_decided"
    assert decide(clara, ChangeState.WITHDRAWN) is None  # who plans may come back to it
    assert decide(clara, ChangeState.WITHDRAWN, is_accepted=False) == "rota_decided"
    assert decide(clara, ChangeState.ACCEPTED) == "rota_decided"

    def withdraw(caller: Caller, state: ChangeState) -> str | None:
        return _reason(check_may_withdraw, caller, agent_id=ANNA, state=state)

    asked, accepted, refused = ChangeState.ASKED, ChangeState.ACCEPTED, ChangeState.REFUSED
    assert [withdraw(anna, one) for one in (asked, accepted, refused)] == [None, "rota_decided", "rota_decided"]
    assert [withdraw(clara, one) for one in (asked, accepted, refused)] == [None, None, "rota_decided"]
    assert withdraw(boris, asked) == "rota_not_yours"
