"""What takes a change of many back, conversation by conversation."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from threadline.core.bulk import (
    BulkAssign,
    BulkLabels,
    BulkPriority,
    BulkSnooze,
    BulkStage,
    BulkState,
    BulkTeam,
    PutBack,
    Standing,
    undoing,
)

ANA, BO, RED, BLUE, OLD = (uuid4() for _ in range(5))
LATER = datetime(2026, 5, 5, tzinfo=UTC)


def standing(**changed: Any) -> Standing:
    known: dict[str, Any] = {
        "state": "open",
        "assignee_id": None,
        "snoozed_until": None,
        "waiting_since": None,
        "label_ids": [],
    }
    return Standing(**(known | changed))


def test_labels_go_as_they_came_and_those_of_before_stay() -> None:
    order = BulkLabels(add=[RED, OLD], remove=[BLUE])
    before, after = standing(label_ids=[OLD, BLUE]), standing(label_ids=[OLD, RED])
    assert undoing(order, before, after, after) == [BulkLabels(add=[BLUE], remove=[RED])]
    assert undoing(order, before, after, standing(label_ids=[OLD, RED], assignee_id=BO)) is not None
    assert undoing(order, before, after, standing(label_ids=[OLD])) is None, "somebody took it off since"
    assert undoing(order, before, before, before) == []


def test_an_assignment_is_given_back_unless_somebody_passed_it_on() -> None:
    order = BulkAssign(assignee_id=ANA)
    before, after = standing(assignee_id=BO), standing(assignee_id=ANA)
    assert undoing(order, before, after, after) == [BulkAssign(assignee_id=BO)]
    assert undoing(order, before, after, standing(assignee_id=ANA, label_ids=[RED])) is not None
    assert undoing(order, before, after, standing(assignee_id=None)) is None
    assert undoing(order, after, after, after) == []


def test_states_come_back_with_their_time() -> None:
    resolved = standing(state="resolved")
    snoozed = standing(state="snoozed", snoozed_until=LATER)
    back = undoing(BulkState(state="resolved"), snoozed, resolved, resolved)
    assert back == [PutBack(snoozed, resolved)]
    assert undoing(BulkState(state="open"), resolved, standing(), standing()) == [PutBack(resolved, standing())]
    assert undoing(BulkSnooze(until=LATER), standing(), snoozed, snoozed) == [PutBack(standing(), snoozed)]
    assert undoing(BulkSnooze(until=LATER), standing(), snoozed, standing()) is None, "it woke since"


def test_a_team_is_given_back_together_with_who_had_it() -> None:
    order = BulkTeam(team_id=RED)
    before, after = standing(team_id=BLUE, assignee_id=BO), standing(team_id=RED)
    assert undoing(order, before, after, after) == [BulkTeam(team_id=BLUE), BulkAssign(assignee_id=BO)]
    assert undoing(order, before, after, standing(team_id=RED, assignee_id=ANA)) is None, "somebody took it since"
    assert undoing(order, after, after, after) == []


def test_a_priority_is_given_back_unless_somebody_set_another() -> None:
    order = BulkPriority(priority=3)
    before, after = standing(priority=1), standing(priority=3)
    assert undoing(order, before, after, after) == [BulkPriority(priority=1)]
    assert undoing(order, before, after, standing(priority=2)) is None
    assert undoing(order, after, after, after) == []


def test_a_stage_goes_back_with_the_state_that_it_brought() -> None:
    order = BulkStage(stage_id=RED)
    before = standing(stage_id=BLUE, state="snoozed", snoozed_until=LATER)
    after = standing(stage_id=RED, state="open")
    assert undoing(order, before, after, after) == [PutBack(before, after)]
    assert undoing(BulkState(state="open"), before, after, after) == [PutBack(before, after)], "it left its stage"
    assert undoing(BulkState(state="open"), before, after, standing()) is None, "somebody took it out since"
    assert undoing(order, before, after, standing(stage_id=RED, state="resolved")) is None
    assert undoing(order, after, after, after) == []
