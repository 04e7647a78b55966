"""Ids are times; an id that somebody else made is any time at all, and never an error."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from threadline.core.ids import first_uuid7_at, make_uuid7, time_of_uuid7


def test_time_of_an_id_is_when_it_was_made() -> None:
    made = make_uuid7(milliseconds=1_700_000_000_123, random_bits=5)
    assert time_of_uuid7(made) == datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
    assert first_uuid7_at(time_of_uuid7(made)) <= made


@pytest.mark.parametrize("value", ["f546a1b8-663f-4f68-88d8-8164398db6b8", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
def test_id_of_another_kind_is_late_and_no_error(value: str) -> None:
    assert time_of_uuid7(UUID(value)) == datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)


def test_smallest_id_is_the_beginning_of_time() -> None:
    assert time_of_uuid7(UUID(int=0)) == datetime(1970, 1, 1, tzinfo=UTC)


def test_before_1970_every_id_is_later() -> None:
    assert first_uuid7_at(datetime(1969, 12, 31, tzinfo=UTC)) == UUID(int=0)
