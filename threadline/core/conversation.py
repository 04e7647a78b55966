"""A conversation: one contact on one channel, until it is resolved."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from threadline.core.content import Line


class ConversationState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Handling:
    """Where a conversation stands on the desk: its state, and who answers it."""

    state: ConversationState
    assignee_id: UUID | None


def lines_of_change(before: Handling, after: Handling) -> list[Line]:
    """What the thread tells of a change, in the order in which it is read: reopened, assigned, resolved."""
    lines = [_assignment(before.assignee_id, after.assignee_id)] if after.assignee_id != before.assignee_id else []
    if after.state is before.state:
        return lines
    line = state_line(before.state, after.state)
    return [*lines, line] if after.state is ConversationState.RESOLVED else [line, *lines]


def state_line(before: ConversationState, after: ConversationState) -> Line:
    return Line(what=_WHAT[after], data={"state": after.value, "previous_state": before.value})


_WHAT = {
    ConversationState.OPEN: "reopened",
    ConversationState.PENDING: "pending",
    ConversationState.SNOOZED: "snoozed",
    ConversationState.RESOLVED: "resolved",
}


def _assignment(before: UUID | None, after: UUID | None) -> Line:
    """An id that is absent is nobody."""
    ids = {"assignee_id": after, "previous_assignee_id": before}
    data = {name: str(value) for name, value in ids.items() if value is not None}
    return Line(what="unassigned" if after is None else "assigned", data=data)
