"""What may become of a chat when its agent goes."""

import itertools

import pytest

from threadline.core.errors import Conflict, Invalid
from threadline.core.finishing import (
    Choice,
    SchedulingChoice,
    check_choice,
    check_receiver,
    check_scheduling,
    stays_assigned,
)
from threadline.core.scheduled import ScheduledState


@pytest.mark.parametrize("choice", list(Choice))
def test_what_is_quiet_may_be_anything(choice: Choice) -> None:
    check_choice(choice, is_waiting=False)


@pytest.mark.parametrize(
    ("choice", "reason"), [(Choice.KEEP, "waiting_not_kept"), (Choice.RESOLVE, "waiting_not_resolved")]
)
def test_who_waits_is_neither_kept_nor_resolved(choice: Choice, reason: str) -> None:
    with pytest.raises(Conflict) as refused:
        check_choice(choice, is_waiting=True)
    assert refused.value.reason == reason


def test_nobody_who_waits_stays_with_whoever_goes_by_any_choice_that_is_allowed() -> None:
    for choice in Choice:
        try:
            check_choice(choice, is_waiting=True)
        except Conflict:
            continue
        assert not stays_assigned(choice, is_waiting=True), choice
    assert [one for one in Choice if stays_assigned(one, is_waiting=False)] == [Choice.SNOOZE, Choice.KEEP]


@pytest.mark.parametrize(
    ("is_self", "is_active", "state", "is_waiting", "reason"),
    [
        (True, True, "online", False, "receiver_goes"),
        (False, False, "online", False, "person_not_here"),
        (False, True, "offline", True, "receiver_offline"),
        (False, True, "offline", False, None),
        (False, True, "busy", True, None),
        (False, True, "online", True, None),
    ],
)
def test_who_may_get_a_chat(is_self: bool, is_active: bool, state: str, is_waiting: bool, reason: str | None) -> None:
    about = {"is_self": is_self, "is_active": is_active, "state": state, "is_waiting": is_waiting}
    if reason is None:
        check_receiver(**about)  # pyright: ignore[reportArgumentType]
        return
    with pytest.raises(Invalid) as refused:
        check_receiver(**about)  # pyright: ignore[reportArgumentType]
    assert refused.value.reason == reason


def test_nothing_goes_out_in_the_name_of_somebody_who_has_gone_for_good() -> None:
    for choice, going, state in itertools.product(
        SchedulingChoice, ("offline", "gone"), (ScheduledState.WAITING, ScheduledState.HELD)
    ):
        is_refused = (choice, going, state) == (SchedulingChoice.KEEP, "gone", ScheduledState.WAITING)
        if is_refused:
            with pytest.raises(Conflict):
                check_scheduling(choice, going=going, state=state)
        else:
            check_scheduling(choice, going=going, state=state)
