"""What may become of an answer that waits for a review."""

import pytest

from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.permission import ROLES, Permission, RoleName
from threadline.core.review import (
    COUNT_LIMIT,
    MOST_PARTS,
    ReviewState,
    check_count,
    check_has_reviewer,
    check_is_asked,
    check_is_open,
    check_needs_no_review,
    check_parts,
)


def test_an_answer_says_something_and_not_everything() -> None:
    for count in (0, MOST_PARTS + 1):
        with pytest.raises(Invalid):
            check_parts(count)
    check_parts(1)
    check_parts(MOST_PARTS)
    check_count(COUNT_LIMIT - 1)
    with pytest.raises(Conflict):
        check_count(COUNT_LIMIT)


@pytest.mark.parametrize("state", [ReviewState.RETURNED, ReviewState.SENT, ReviewState.WITHDRAWN])
def test_what_is_decided_is_decided_by_somebody_with_a_name(state: ReviewState) -> None:
    with pytest.raises(Conflict) as refused:
        check_is_asked(state, decided_by="Ana")
    if state is not ReviewState.WITHDRAWN:
        assert refused.value.values == {"name": "Ana"}
    check_is_asked(ReviewState.ASKED, decided_by="")


def test_its_author_changes_what_is_not_over() -> None:
    for state in (ReviewState.ASKED, ReviewState.RETURNED):
        check_is_open(state)
    for state in (ReviewState.SENT, ReviewState.WITHDRAWN):
        with pytest.raises(Conflict):
            check_is_open(state)


def test_a_novice_needs_somebody_and_somebody_there_is() -> None:
    check_needs_no_review(is_novice=False)
    with pytest.raises(Forbidden):
        check_needs_no_review(is_novice=True)
    check_has_reviewer([object()])
    with pytest.raises(Conflict):
        check_has_reviewer([])


@pytest.mark.parametrize(("role", "may"), [("agent", False), ("supervisor", True), ("admin", True)])
def test_whoever_answers_for_others_reviews_for_everybody(role: str, may: bool) -> None:
    assert (Permission.ANSWERS_REVIEW in ROLES[RoleName(role)]) is may
