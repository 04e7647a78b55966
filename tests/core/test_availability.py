import pytest

from threadline.core.availability import (
    HERE,
    Availability,
    AwayReason,
    Standing,
    Worker,
    check_standing,
    is_silent,
    is_there,
)
from threadline.core.errors import Invalid


def test_who_is_busy_is_there_and_who_is_offline_or_left_is_not() -> None:
    states = {state: is_there(Worker(is_active=True, state=state)) for state in Availability}
    assert states == {Availability.ONLINE: True, Availability.BUSY: True, Availability.OFFLINE: False}
    assert not is_there(Worker(is_active=False))
    assert not is_there(None)


def test_online_has_no_reason() -> None:
    check_standing(HERE)
    check_standing(Standing(state=Availability.BUSY, reason=AwayReason.LUNCH))
    with pytest.raises(Invalid):
        check_standing(Standing(state=Availability.ONLINE, reason=AwayReason.BREAK))


@pytest.mark.parametrize(
    ("reason", "is_so"),
    [
        (AwayReason.NONE, True),
        (AwayReason.BREAK, True),
        (AwayReason.OFF_HOURS, True),
        (AwayReason.IDLE, False),
        (AwayReason.VANISHED, False),
    ],
)
def test_who_went_is_left_alone_and_who_only_vanished_is_called(reason: AwayReason, is_so: bool) -> None:
    assert is_silent(Standing(state=Availability.OFFLINE, reason=reason)) is is_so
    assert not is_silent(Standing(state=Availability.BUSY, reason=AwayReason.MEETING))
