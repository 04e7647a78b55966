"""When silence takes a customer back, against a telling that lives through every minute."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadline.core.calendar import Calendar, Period, is_open
from threadline.core.silence import MOST_TAKEN, Silence, Step, silent_since, step_of

NOW = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
ADA, BO, CY = (UUID(int=number) for number in (1, 2, 3))
BY_DAY = Calendar(zone="UTC", week=((Period(from_minute=9 * 60, to_minute=17 * 60),),) * 7)


def _silence(
    minutes: float, *, taken: frozenset[UUID] = frozenset(), there: frozenset[UUID] = frozenset({BO})
) -> Silence:
    since = NOW - timedelta(minutes=minutes)
    return Silence(after_min=10, since=since, taken_from=taken, colleague_ids=there)


@pytest.mark.parametrize(
    ("silence", "step"),
    [
        (_silence(9.9), None),
        (_silence(10), Step.TAKE_BACK),
        (_silence(10, taken=frozenset({CY})), Step.TAKE_BACK),
        (_silence(10, taken=frozenset({CY, ADA})), Step.TELL),
        (_silence(10, there=frozenset()), Step.TELL),
        (_silence(10, there=frozenset({CY}), taken=frozenset({CY})), Step.TELL),
        (_silence(9.9, there=frozenset()), None),
    ],
)
def test_it_is_taken_back_twice_at_most_and_only_for_somebody_else(silence: Silence, step: Step | None) -> None:
    assert step_of(silence, None, now=NOW) is step


def test_closed_hours_are_no_silence() -> None:
    """Who got somebody five minutes before closing has as long again after opening."""
    closing = datetime(2026, 11, 26, 16, 55, tzinfo=UTC)
    silence = Silence(after_min=10, since=closing, taken_from=frozenset(), colleague_ids=frozenset({BO}))
    morning = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert step_of(silence, BY_DAY, now=morning + timedelta(minutes=4)) is None
    assert step_of(silence, BY_DAY, now=morning + timedelta(minutes=5)) is Step.TAKE_BACK
    assert step_of(silence, None, now=morning) is Step.TAKE_BACK


def test_hours_of_a_zone_that_is_not_known_here_are_as_if_always_open() -> None:
    assert step_of(_silence(10), Calendar(zone="Nowhere/Town", week=BY_DAY.week), now=NOW) is Step.TAKE_BACK


_MINUTE = st.integers(0, 600)
_BEGAN = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(
    waiting=_MINUTE,
    assigned=st.none() | _MINUTE,
    signs=st.lists(st.none() | _MINUTE, max_size=4),
    now=st.integers(601, 1500),
    after=st.integers(1, 200),
    calendar=st.sampled_from([None, BY_DAY]),
    taken=st.frozensets(st.sampled_from([ADA, BO, CY])),
    there=st.frozensets(st.sampled_from([ADA, BO, CY])),
)
def test_it_is_what_living_through_every_minute_says(
    waiting: int,
    assigned: int | None,
    signs: list[int | None],
    now: int,
    after: int,
    calendar: Calendar | None,
    taken: frozenset[UUID],
    there: frozenset[UUID],
) -> None:
    def at(minute: int | None) -> datetime | None:
        return None if minute is None else _BEGAN + timedelta(minutes=minute)

    since = silent_since(_BEGAN + timedelta(minutes=waiting), at(assigned), map(at, signs))
    silence = Silence(after_min=after, since=since, taken_from=taken, colleague_ids=there)
    silent_for = 0
    for minute in range(now):
        has_somebody = minute >= waiting and (assigned is None or minute >= assigned)
        if minute in signs or not has_somebody:
            silent_for = 0
        if has_somebody and (calendar is None or is_open(calendar, _BEGAN + timedelta(minutes=minute))):
            silent_for += 1
    expected: Step | None = None
    if silent_for >= after:
        others = [one for one in there if one not in taken]
        expected = Step.TELL if not others or len(taken) >= MOST_TAKEN else Step.TAKE_BACK
    assert step_of(silence, calendar, now=_BEGAN + timedelta(minutes=now)) is expected
