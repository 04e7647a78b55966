"""What a thread tells of a conversation that changes hands or state."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from threadline.core.conversation import (
    ConversationState,
    Handling,
    check_may_snooze,
    lines_of_change,
    snooze_line,
)
from threadline.core.errors import Conflict, Invalid

MILA, JONAS = UUID(int=1), UUID(int=2)


SALES, CARE = UUID(int=3), UUID(int=4)
NAMES = {SALES: "Sales", CARE: "Care"}


def handling(state: str, assignee_id: UUID | None = None, team_id: UUID | None = None) -> Handling:
    return Handling(ConversationState(state), assignee_id, team_id)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (handling("open"), handling("open"), []),
        (handling("open"), handling("open", JONAS), ["assigned"]),
        (handling("open", MILA), handling("open"), ["unassigned"]),
        (handling("open"), handling("resolved"), ["resolved"]),
        (handling("resolved"), handling("open", MILA), ["reopened", "assigned"]),
        (handling("open", MILA), handling("resolved", JONAS), ["assigned", "resolved"]),
        (handling("open"), handling("snoozed"), ["snoozed"]),
        (handling("open", MILA), handling("open", None, SALES), ["team_assigned", "unassigned"]),
        (handling("open", None, SALES), handling("open", MILA), ["team_unassigned", "assigned"]),
        (handling("snoozed"), handling("open"), ["woken"]),
        (handling("snoozed"), handling("resolved"), ["resolved"]),
    ],
)
def test_a_change_is_told_in_the_order_in_which_it_is_read(before: Handling, after: Handling, told: list[str]) -> None:
    assert [line.what for line in lines_of_change(before, after, team_names=NAMES)] == told


def test_a_line_keeps_the_old_and_the_new() -> None:
    assigned, resolved = lines_of_change(handling("open", MILA), handling("resolved", JONAS), team_names={})
    assert assigned.data == {"assignee_id": str(JONAS), "previous_assignee_id": str(MILA)}
    assert resolved.data == {"state": "resolved", "previous_state": "open"}


def test_a_line_of_a_team_keeps_the_names_of_the_day() -> None:
    (moved,) = lines_of_change(handling("open", None, SALES), handling("open", None, CARE), team_names=NAMES)
    assert moved.data == {
        "team_id": str(CARE),
        "team": "Care",
        "previous_team_id": str(SALES),
        "previous_team": "Sales",
    }


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", ["open", "pending", "snoozed"])
@pytest.mark.parametrize("until", [None, NOW + timedelta(microseconds=1)])
def test_whatever_is_not_resolved_can_be_put_off(state: str, until: datetime | None) -> None:
    check_may_snooze(ConversationState(state), until, now=NOW)


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1)])
def test_a_time_that_is_over_is_refused(until: datetime) -> None:
    with pytest.raises(Invalid, match="over"):
        check_may_snooze(ConversationState.OPEN, until, now=NOW)


def test_what_is_resolved_is_not_put_off() -> None:
    with pytest.raises(Conflict, match="Reopen"):
        check_may_snooze(ConversationState.RESOLVED, None, now=NOW)


def test_a_line_says_until_when() -> None:
    assert snooze_line(ConversationState.OPEN, NOW).data["until"] == "2026-11-24T09:00:00+00:00"
    assert snooze_line(ConversationState.OPEN, None).data["until"] == "reply"
