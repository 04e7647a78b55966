"""Ids sort by the time they were made, within a process without exception."""

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from threadline.core.ids import time_of_uuid7
from threadline.infra import clock
from threadline.infra.clock import new_id, utc_now


def test_ids_of_one_process_only_grow() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_ids_grow_while_the_wall_clock_jumps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    yesterday = time.time_ns() - 86_400 * 10**9
    monkeypatch.setattr(clock.time, "time_ns", lambda: yesterday)
    after = [new_id() for _ in range(100)]
    assert [before, *after] == sorted([before, *after])


def test_id_carries_its_time() -> None:
    assert abs(time_of_uuid7(new_id()) - datetime.now(UTC)) < timedelta(minutes=1)


def test_threads_never_share_an_id() -> None:
    made: list[UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(2000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_now_has_its_zone() -> None:
    assert utc_now().tzinfo is UTC


def test_time_is_the_databases_whatever_the_wall_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_ahead_ns", None)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert round(clock.follow(tomorrow)) == 86_400
    monkeypatch.setattr(clock.time, "time_ns", lambda: 0)
    assert abs(utc_now() - tomorrow) < timedelta(seconds=1)
    assert abs(time_of_uuid7(new_id()) - tomorrow) < timedelta(minutes=1)


def test_way_to_the_database_does_not_make_time_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_ahead_ns", None)
    clock.follow(datetime.now(UTC))
    before = clock._ahead_ns
    assert clock.follow(utc_now() - timedelta(milliseconds=60)) == 0
    assert clock._ahead_ns == before
    assert round(clock.follow(utc_now() - timedelta(seconds=3))) == -3
