"""Tasks: what is to be done for a customer beside answering. Rules, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from threadline.core.content import Line
from threadline.core.errors import Invalid

MOST_STEPS: Final = 50


class TaskKind(StrEnum):
    TASK = "task"
    CALL_BACK = "call_back"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


class CallOutcome(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not_reached"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a check list."""

    text: str
    is_done: bool = False


def check_times(due_at: datetime | None, remind_at: datetime | None, *, now: datetime) -> None:
    """Raises Invalid for a reminder that would come too late to help, or never."""
    if remind_at is None:
        return
    if remind_at <= now:
        raise Invalid("This time is over. Choose a later one.", field="remind_at", reason="remind_in_past")
    if due_at is not None and remind_at > due_at:
        raise Invalid(
            "The reminder comes after the task is due. Choose an earlier time.",
            field="remind_at",
            reason="remind_after_due",
        )


def check_steps(steps: Sequence[Step]) -> None:
    """Raises Invalid for more than anybody would tick off."""
    if len(steps) > MOST_STEPS:
        raise Invalid(
            f"A check list has at most {MOST_STEPS} lines.",
            field="checklist",
            reason="too_many_steps",
            values={"count": str(MOST_STEPS)},
        )


@dataclass(frozen=True, slots=True)
class AfterCall:
    """What a call-back is once somebody has called."""

    state: TaskState
    outcome: CallOutcome
    tries: int
    due_at: datetime | None
    """When it is tried again; None: it stays as it was."""


def after_call(outcome: CallOutcome, *, tries: int, again_at: datetime | None, now: datetime) -> AfterCall:
    """Whoever was reached is called back; whoever was not is called again, or given up. Pure.

    `tries`: how often nobody was reached before. Raises Invalid for a time that is over.
    """
    if outcome is CallOutcome.REACHED:
        return AfterCall(TaskState.DONE, outcome, tries, None)
    if again_at is None:
        return AfterCall(TaskState.DONE, outcome, tries + 1, None)
    if again_at <= now:
        raise Invalid("This time is over. Choose a later one.", field="again_at", reason="remind_in_past")
    return AfterCall(TaskState.OPEN, outcome, tries + 1, again_at)


def task_line(what: str, *, task_id: str, title: str) -> Line:
    """What the thread tells: made, done, called, opened again. With the title of the day."""
    return Line(what=what, data={"task_id": task_id, "title": title})
