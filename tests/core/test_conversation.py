"""What a thread tells of a conversation that changes hands or state."""

from uuid import UUID

import pytest

from threadline.core.conversation import ConversationState, Handling, lines_of_change

MILA, JONAS = UUID(int=1), UUID(int=2)


def handling(state: str, assignee_id: UUID | None = None) -> Handling:
    return Handling(ConversationState(state), assignee_id)


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
        (handling("snoozed"), handling("open"), ["reopened"]),
    ],
)
def test_a_change_is_told_in_the_order_in_which_it_is_read(before: Handling, after: Handling, told: list[str]) -> None:
    assert [line.what for line in lines_of_change(before, after)] == told


def test_a_line_keeps_the_old_and_the_new() -> None:
    assigned, resolved = lines_of_change(handling("open", MILA), handling("resolved", JONAS))
    assert assigned.data == {"assignee_id": str(JONAS), "previous_assignee_id": str(MILA)}
    assert resolved.data == {"state": "resolved", "previous_state": "open"}
