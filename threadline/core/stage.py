"""Stages: names of one's own under the states of a conversation, as "waiting for courier" under *open*."""

from typing import Final, Literal

from threadline.core.content import Line

StageState = Literal["open", "pending", "snoozed", "resolved"]

MOST_STAGES: Final = 50
"""A menu that is read whole bears so many."""


def stage_line(stage_id: str | None, name: str) -> Line:
    """Keeps the name of its day. No stage: it left the one of this name."""
    if stage_id is None:
        return Line(what="unstaged", data={"stage": name})
    return Line(what="staged", data={"stage_id": stage_id, "stage": name})
