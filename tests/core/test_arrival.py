from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.arrival import PUNCTUAL_WITHIN, Placed, place

SECOND = datetime(2026, 11, 24, 10, 0, 20, tzinfo=UTC)
END_OF_IT = SECOND + timedelta(microseconds=999_999)


@pytest.mark.parametrize(
    ("provider_at", "received_at", "sort_at"),
    [
        (SECOND, SECOND + timedelta(milliseconds=700), SECOND + timedelta(milliseconds=700)),
        (SECOND, SECOND + timedelta(seconds=5), END_OF_IT),
        (SECOND + timedelta(milliseconds=300), SECOND + timedelta(seconds=5), SECOND + timedelta(milliseconds=300)),
        (SECOND, SECOND - timedelta(seconds=2), SECOND),
    ],
    ids=["received within it", "received later", "a time that names more", "a clock that runs ahead"],
)
def test_whole_second_of_the_provider_ends_where_it_ends(
    provider_at: datetime, received_at: datetime, sort_at: datetime
) -> None:
    assert place(provider_at, received_at=received_at) == Placed(sort_at, None)


def test_answer_within_the_same_second_stands_after_what_it_answers() -> None:
    """WhatsApp's times are whole seconds: a customer who quotes us at once was shown above our own message."""
    ours = SECOND + timedelta(milliseconds=400)
    theirs = place(SECOND, received_at=SECOND + timedelta(milliseconds=650))
    assert theirs.sort_at > ours


def test_late_message_stands_at_its_receipt_and_history_where_it_was_written() -> None:
    received_at = SECOND + PUNCTUAL_WITHIN + timedelta(seconds=1)
    assert place(SECOND, received_at=received_at) == Placed(received_at, SECOND)
    assert place(SECOND, received_at=received_at, from_history=True) == Placed(SECOND, None)
