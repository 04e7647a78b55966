"""What an agent prefers: bounds, and when nothing may sound."""

from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.errors import Invalid
from threadline.core.notification import NotificationKind, Way, Ways
from threadline.core.preferences import (
    Digest,
    Preferences,
    QuietHours,
    check_preferences,
    digest_delay,
    is_quiet,
)

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("preferences", "field"),
    [
        (Preferences(text_size_px=11), "text_size_px"),
        (Preferences(text_size_px=19), "text_size_px"),
        (Preferences(volume=101), "volume"),
        (Preferences(volume=-1), "volume"),
        (Preferences(time_zone="Europe/Atlantis"), "time_zone"),
    ],
)
def test_a_value_no_desk_could_follow_is_refused_beside_its_field(preferences: Preferences, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_preferences(preferences)
    assert refused.value.field == field


@pytest.mark.parametrize("size", [12, 14, 18])
def test_every_size_between_the_bounds_is_taken(size: int) -> None:
    check_preferences(Preferences(text_size_px=size, time_zone="America/Sao_Paulo"))


def test_until_a_moment_it_is_quiet_and_from_it_on_no_more() -> None:
    preferences = Preferences(quiet_until=NOON)
    assert is_quiet(preferences, NOON - timedelta(seconds=1))
    assert not is_quiet(preferences, NOON)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-26T20:59:00+00:00", False),  # 21:59 in Amsterdam
        ("2026-11-26T21:00:00+00:00", True),
        ("2026-11-27T06:59:00+00:00", True),
        ("2026-11-27T07:00:00+00:00", False),  # 08:00 there
    ],
)
def test_quiet_hours_run_over_midnight_in_the_agents_zone(at: str, expected: bool) -> None:
    night = QuietHours(from_minute=22 * 60, to_minute=8 * 60)
    preferences = Preferences(quiet_hours=night, time_zone="Europe/Amsterdam")
    assert is_quiet(preferences, datetime.fromisoformat(at)) is expected


def test_quiet_hours_within_a_day_end_on_it() -> None:
    preferences = Preferences(quiet_hours=QuietHours(from_minute=12 * 60, to_minute=13 * 60), time_zone="UTC")
    assert is_quiet(preferences, NOON)
    assert not is_quiet(preferences, NOON + timedelta(hours=1))
    assert not is_quiet(preferences, NOON - timedelta(minutes=1))


def test_the_same_minute_twice_is_the_whole_day() -> None:
    preferences = Preferences(quiet_hours=QuietHours(from_minute=60, to_minute=60))
    assert all(is_quiet(preferences, NOON + timedelta(hours=hour)) for hour in range(24))


def test_every_kind_has_its_ways_and_every_digest_its_delay() -> None:
    ways = Ways(woken=(Way.PUSH,))
    assert ways.of(NotificationKind.WOKEN) == (Way.PUSH,)
    assert all(Way.LIST in Ways().of(kind) for kind in NotificationKind)
    delays = [digest_delay(digest) for digest in Digest]
    assert delays == sorted(delays)


def test_keys_are_bounded_and_no_two_commands_share_one() -> None:
    check_preferences(Preferences(keys={"resolve": "d", "snooze": "", "labels": "", "find_in_thread": "Shift+g"}))
    for keys in (
        {"resolve": "d", "snooze": "d"},
        {"Resolve it": "d"},
        {"resolve": "a very long key"},
        {f"c{'x' * number}": "" for number in range(101)},
    ):
        with pytest.raises(Invalid):
            check_preferences(Preferences(keys=keys))
