"""Side discussions: who may do what in one. Rules, pure."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from threadline.core.errors import Conflict, Forbidden, Invalid

MOST_MEMBERS: Final = 50


class DiscussionState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class EntryKind(StrEnum):
    """What stands in a discussion: notes of those in it, and lines that tell what was done to it."""

    NOTE = "note"
    STARTED = "started"
    ADDED = "added"
    REMOVED = "removed"
    LEFT = "left"
    CLOSED = "closed"
    REOPENED = "reopened"


def check_in_it(*, is_in_it: bool) -> None:
    """Raises Forbidden for somebody who only reads it, by their right."""
    if not is_in_it:
        raise Forbidden("You are not in this discussion.", reason="discussion_outside")


def check_is_open(state: DiscussionState) -> None:
    """Raises Conflict."""
    if state is DiscussionState.CLOSED:
        raise Conflict("This discussion is closed. Reopen it to write.", reason="discussion_closed")


def check_count(count: int) -> None:
    """Raises Invalid for a discussion of one, and for more than can follow it."""
    if count < 2:
        raise Invalid("Please choose who is to be in it.", field="agent_ids", reason="discussion_alone")
    if count > MOST_MEMBERS:
        raise Invalid(
            f"A discussion is of at most {MOST_MEMBERS} people.",
            field="agent_ids",
            reason="discussion_crowded",
            values={"count": str(MOST_MEMBERS)},
        )


def check_may_withdraw(*, author_id: UUID | None, agent_id: UUID) -> None:
    """Raises Forbidden: what somebody said among few is theirs alone to take back."""
    if author_id != agent_id:
        raise Forbidden("This note is a colleague's. Only they withdraw it.", reason="discussion_note_of_another")


def check_may_remove(*, agent_id: UUID | None, removed_id: UUID, started_by: UUID | None, may_assign: bool) -> None:
    """Everybody leaves; others are let go by whoever began it, and by those who may assign. Raises Forbidden."""
    if removed_id != agent_id and started_by != agent_id and not may_assign:
        raise Forbidden(
            "Only whoever began a discussion, or a supervisor in it, removes others.", reason="discussion_remove"
        )
