"""Reviews: an answer that a colleague looks at before it goes out. Rules, pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from threadline.core.errors import Conflict, Forbidden, Invalid

MOST_PARTS: Final = 10
"""Messages of one answer: a text and its files."""
COUNT_LIMIT: Final = 20
"""How many answers of one conversation may wait for a review."""


class ReviewState(StrEnum):
    ASKED = "asked"
    RETURNED = "returned"
    """With the reviewer's word, or with the reason why it could not go out: its author decides."""
    SENT = "sent"
    WITHDRAWN = "withdrawn"


def check_parts(count: int) -> None:
    """Raises Invalid for an answer that says nothing, or is no answer any more."""
    if not 1 <= count <= MOST_PARTS:
        raise Invalid(
            f"An answer for review has one to {MOST_PARTS} messages.", field="contents", reason="review_parts"
        )


def check_count(count: int) -> None:
    """`count` wait in the conversation. Raises Conflict if one more is too many."""
    if count >= COUNT_LIMIT:
        raise Conflict(
            f"{COUNT_LIMIT} answers wait for a review in this conversation already.",
            reason="too_many_reviews",
            values={"limit": str(COUNT_LIMIT)},
        )


def check_is_asked(state: ReviewState, *, decided_by: str) -> None:
    """Raises Conflict for one that is decided: of two who decide at once one wins, and the other is told."""
    match state:
        case ReviewState.ASKED:
            return
        case ReviewState.WITHDRAWN:
            raise Conflict("This answer was withdrawn.", reason="review_withdrawn")
        case ReviewState.SENT | ReviewState.RETURNED:
            raise Conflict(
                f"{decided_by} decided about this answer already.", reason="review_decided", values={"name": decided_by}
            )


def check_is_open(state: ReviewState) -> None:
    """Raises Conflict: its author changes and withdraws what is not over."""
    if state is ReviewState.SENT:
        raise Conflict("This answer has been sent already.", reason="review_sent")
    if state is ReviewState.WITHDRAWN:
        raise Conflict("This answer was withdrawn.", reason="review_withdrawn")


def check_has_reviewer(reviewers: Sequence[object]) -> None:
    """Raises Conflict where nobody could look at it."""
    if not reviewers:
        raise Conflict("Nobody there may review answers. Choose a colleague.", reason="review_nobody")


def check_needs_no_review(*, is_novice: bool) -> None:
    """Raises Forbidden: what a novice writes goes out through a colleague's hands only."""
    if is_novice:
        raise Forbidden("Your answers need a review. Ask a colleague for it.", reason="needs_review")
