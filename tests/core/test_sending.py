"""What a message shows, and what follows an unknown outcome."""

import pytest

from threadline.core.message import SendClass, Status
from threadline.core.sending import UncertainPolicy, decide_uncertain, message_status

Q, G, S, F, D = Status.QUEUED, Status.SENDING, Status.SENT, Status.FAILED, Status.DELIVERED


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ([[S]], S),
        ([[D], [S]], S),
        ([[D], [Q]], Q),
        ([[S], [F]], F),
        ([[F, S]], S),
        ([[D, F]], D),
        ([[G, S]], S),
        ([[S, F], [D]], F),
        ([[F, Q], [D]], Q),
    ],
)
def test_a_message_shows_its_least_advanced_part(parts: list[list[Status]], shown: Status) -> None:
    assert message_status(parts) is shown


def test_a_reply_goes_once_more_and_a_broadcast_or_a_copy_does_not() -> None:
    assert decide_uncertain(SendClass.PERSON, is_copy=False) is UncertainPolicy.RESEND_MARKED
    assert decide_uncertain(SendClass.FLOW, is_copy=False) is UncertainPolicy.RESEND_MARKED
    assert decide_uncertain(SendClass.BROADCAST, is_copy=False) is UncertainPolicy.HOLD_MARKED
    assert decide_uncertain(SendClass.PERSON, is_copy=True) is UncertainPolicy.HOLD_MARKED
