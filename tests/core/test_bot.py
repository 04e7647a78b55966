"""Bots that answer first: at which hours, and when the desk takes a conversation from one."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.bot import BotHours, Leaving, Standing, answers_now, why_leave
from threadline.core.calendar import Calendar, Period

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
OFFICE = Calendar(zone="UTC", week=((Period(from_minute=540, to_minute=1020),),) * 5 + ((), ()))


@pytest.mark.parametrize(
    ("hours", "calendar", "at", "answers"),
    [
        ("always", OFFICE, START, True),
        ("always", OFFICE, START - timedelta(hours=1), True),
        ("open", OFFICE, START, True),
        ("open", OFFICE, START - timedelta(minutes=1), False),
        ("closed", OFFICE, START, False),
        ("closed", OFFICE, START + timedelta(hours=8), True),
        ("closed", OFFICE, START + timedelta(days=5), True),
        ("open", None, START, True),
        ("closed", None, START, False),
    ],
)
def test_a_bot_answers_at_its_hours(hours: BotHours, calendar: Calendar | None, at: datetime, answers: bool) -> None:
    assert answers_now(hours, calendar, now=at) is answers


@pytest.mark.parametrize("seed", range(20))
def test_silence_ends_where_a_walk_by_the_second_ends_it(seed: int) -> None:
    """A slow twin: it counts the seconds in which the customer waits and nobody answers."""
    chance = random.Random(seed)
    for _ in range(50):
        standing = Standing(
            is_alive=chance.random() < 0.9,
            asked_at=None if chance.random() < 0.2 else START,
            is_answering=chance.random() < 0.3,
            after_min=chance.randint(1, 3),
        )
        passed = chance.randint(0, 240)
        silent = sum(1 for _ in range(passed) if standing.asked_at is not None and not standing.is_answering)
        found = why_leave(standing, now=START + timedelta(seconds=passed))
        if not standing.is_alive:
            assert found is Leaving.GONE
        else:
            assert found is (Leaving.SILENT if silent >= standing.after_min * 60 else None)
