from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from threadline.core.conversation import ConversationState as State
from threadline.core.errors import Invalid
from threadline.core.undo import Standing, check_stood, restore

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
ANA, BO, SUPPORT, COURIER_ID, WON = (UUID(int=number) for number in range(1, 6))


def standing(state: State = State.OPEN, **change: Any) -> Standing:
    return Standing(**{"state": state, "snoozed_until": None, "assignee_id": None, "team_id": None, **change})


RESOLVED = standing(State.RESOLVED)
COURIER = standing(stage_id=COURIER_ID)
SLEEPING = standing(State.SNOOZED, snoozed_until=TOMORROW)


@pytest.mark.parametrize(
    ("before", "after", "current", "target", "kept"),
    [
        (standing(), RESOLVED, RESOLVED, standing(), []),
        (SLEEPING, RESOLVED, RESOLVED, SLEEPING, []),
        (standing(), SLEEPING, SLEEPING, standing(), []),
        (standing(), RESOLVED, standing(), standing(), ["state"]),
        (standing(), SLEEPING, standing(State.SNOOZED), standing(State.SNOOZED), ["state"]),
        (standing(), standing(assignee_id=ANA), standing(assignee_id=ANA), standing(), []),
        (standing(), standing(assignee_id=ANA), standing(assignee_id=BO), standing(assignee_id=BO), ["assignee"]),
        (
            standing(team_id=SUPPORT),
            standing(State.RESOLVED, assignee_id=ANA),
            standing(State.RESOLVED, assignee_id=BO),
            standing(assignee_id=BO, team_id=SUPPORT),
            ["assignee"],
        ),
        (COURIER, RESOLVED, RESOLVED, COURIER, []),
        (COURIER, standing(), standing(), COURIER, []),
        (COURIER, standing(), RESOLVED, RESOLVED, ["stage"]),
        (COURIER, RESOLVED, standing(), standing(), ["state"]),
        (COURIER, RESOLVED, standing(State.RESOLVED, stage_id=WON), standing(State.RESOLVED, stage_id=WON), ["state"]),
        # What the act did not touch stays, whoever changed it.
        (standing(), RESOLVED, standing(State.RESOLVED, assignee_id=BO), standing(assignee_id=BO), []),
    ],
)
def test_everything_as_it_was_but_what_somebody_changed_since(
    before: Standing, after: Standing, current: Standing, target: Standing, kept: list[str]
) -> None:
    assert restore(before, after, current, now=NOW) == (target, kept)


def test_a_snooze_whose_time_is_over_comes_back_open() -> None:
    before = standing(State.SNOOZED, snoozed_until=NOW - timedelta(minutes=1), stage_id=COURIER_ID)
    assert restore(before, RESOLVED, RESOLVED, now=NOW) == (standing(), [])


@pytest.mark.parametrize(
    ("before", "after", "known", "is_true"),
    [
        (standing(), RESOLVED, [standing()], True),
        (standing(), RESOLVED, [], False),
        (RESOLVED, standing(), [standing(State.SNOOZED)], False),
        (SLEEPING, RESOLVED, [standing(State.SNOOZED)], False),
        (COURIER, standing(), [standing(stage_id=WON)], False),
        (standing(assignee_id=ANA), standing(assignee_id=BO), [standing(assignee_id=ANA)], True),
        (standing(assignee_id=ANA), standing(assignee_id=BO), [standing()], False),
        (standing(team_id=SUPPORT), standing(), [standing(assignee_id=ANA)], False),
        # Each part by itself: a colleague took it between the two.
        (standing(assignee_id=ANA), RESOLVED, [standing(), standing(State.RESOLVED, assignee_id=ANA)], True),
        # What is not to change need not have been.
        (standing(assignee_id=ANA), standing(State.RESOLVED, assignee_id=ANA), [standing()], True),
    ],
)
def test_what_comes_back_really_was(before: Standing, after: Standing, known: list[Standing], is_true: bool) -> None:
    if is_true:
        check_stood(before, after, known)
        return
    with pytest.raises(Invalid) as refused:
        check_stood(before, after, known)
    assert refused.value.reason == "never_stood_so"
