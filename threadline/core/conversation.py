"""A conversation: one contact on one channel, until it is resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from threadline.core.content import Line
from threadline.core.errors import Conflict, Invalid


class ConversationState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Handling:
    """Where a conversation stands on the desk: its state, who answers it, and in whose queue it is."""

    state: ConversationState
    assignee_id: UUID | None
    team_id: UUID | None


def lines_of_change(
    before: Handling,
    after: Handling,
    *,
    team_names: Mapping[UUID, str],
    reason: str = "",
    snoozed_until: datetime | None = None,
) -> list[Line]:
    """What the thread tells of a change, in the order in which it is read: reopened, moved, assigned, resolved.

    `team_names` has the teams before and after, if they differ: a line keeps the name of its day.
    """
    lines = [team_line(before.team_id, after.team_id, team_names)] if after.team_id != before.team_id else []
    if after.assignee_id != before.assignee_id:
        lines.append(assignment_line(before.assignee_id, after.assignee_id))
    if after.state is before.state:
        return lines
    if after.state is ConversationState.SNOOZED:
        line = snooze_line(before.state, snoozed_until, reason=reason)
    else:
        line = state_line(before.state, after.state, reason=reason)
    return [*lines, line] if after.state is ConversationState.RESOLVED else [line, *lines]


def state_line(before: ConversationState, after: ConversationState, *, reason: str = "") -> Line:
    """`reason` says why it came back where nobody said so: its time, a message that was not delivered."""
    is_woken = before is ConversationState.SNOOZED and after is ConversationState.OPEN
    what = "woken" if is_woken else _WHAT[after]
    return Line(what=what, data={"state": after.value, "previous_state": before.value} | _because(reason))


def ending_pause(line: Line, paused_at: datetime | None) -> Line:
    """With this line the conversation leaves the stage in which its clock stood still since then, if there was one.

    The line keeps since when, for the clock is read off the thread (core/waiting.py).
    """
    if paused_at is None or line.what not in _LEAVING_A_STAGE:
        return line
    return Line(what=line.what, data=line.data | {"paused_at": paused_at.isoformat()})


_LEAVING_A_STAGE = frozenset(
    {"reopened", "pending", "snoozed", "woken", "resolved", "staged", "unstaged", "merged_into"}
)
"""Every other state ends a stage, and so does another stage."""


def _because(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}


def check_may_snooze(state: ConversationState, until: datetime | None, *, now: datetime) -> None:
    """Raises Conflict if there is nothing to put off, Invalid if that time is over. None: until the customer writes."""
    if state is ConversationState.RESOLVED:
        raise Conflict("This conversation is resolved. Reopen it first.", reason="snooze_resolved")
    if until is not None and until <= now:
        raise Invalid("This time is over. Choose a later one.", field="until", reason="snooze_in_past")


def snooze_line(before: ConversationState, until: datetime | None, *, reason: str = "") -> Line:
    """Tells until when: a moment, or `reply` for the customer's next message."""
    line = state_line(before, ConversationState.SNOOZED, reason=reason)
    return Line(what=line.what, data=line.data | {"until": "reply" if until is None else until.isoformat()})


def alarm_line() -> Line:
    """Tells that the time of a snooze came."""
    return state_line(ConversationState.SNOOZED, ConversationState.OPEN, reason="time")


def kept_resolved_line() -> Line:
    """Tells why what the customer wrote reopened nothing."""
    return Line(what="kept_resolved", data={"reason": "thanks"})


def no_answer_line(waiting_since: datetime) -> Line:
    """Keeps since when the customer had waited, so that it can be taken back."""
    return Line(what=NO_ANSWER_NEEDED, data={"waiting_since": waiting_since.isoformat()})


def waits_again_line(waiting_since: datetime, *, reason: str = "") -> Line:
    return Line(what=WAITS_AGAIN, data={"waiting_since": waiting_since.isoformat()} | _because(reason))


OFF_SHIFT = "off_shift"
"""Why it was taken from somebody: they are not there, and the customer waits."""


def priority_line(before: int, after: int, *, reason: str = "") -> Line:
    return Line(what="priority", data={"priority": str(after), "previous_priority": str(before)} | _because(reason))


NO_ANSWER_NEEDED = "no_answer_needed"
WAITS_AGAIN = "waits_again"


_WHAT = {
    ConversationState.OPEN: "reopened",
    ConversationState.PENDING: "pending",
    ConversationState.SNOOZED: "snoozed",
    ConversationState.RESOLVED: "resolved",
}


def team_line(before: UUID | None, after: UUID | None, names: Mapping[UUID, str], *, reason: str = "") -> Line:
    """A team that is absent is none."""
    teams = {"team": after, "previous_team": before}
    ids = {f"{name}_id": str(value) for name, value in teams.items() if value is not None}
    told = {name: names[value] for name, value in teams.items() if value is not None and value in names}
    return Line(what="team_unassigned" if after is None else "team_assigned", data=ids | told | _because(reason))


def assignment_line(before: UUID | None, after: UUID | None, *, reason: str = "") -> Line:
    """An id that is absent is nobody."""
    ids = {"assignee_id": after, "previous_assignee_id": before}
    data = {name: str(value) for name, value in ids.items() if value is not None}
    return Line(what="unassigned" if after is None else "assigned", data=data | _because(reason))
