"""Who may give a conversation to whom."""

from uuid import UUID

import pytest

from threadline.core.assignment import check_may_answer, check_may_assign
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import Forbidden

ME, MILA, SALES, CARE = (UUID(int=number) for number in range(1, 5))


def has(assignee_id: UUID | None, team_id: UUID | None = None) -> Handling:
    return Handling(ConversationState.OPEN, assignee_id, team_id)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (has(None), has(ME)),
        (has(None, SALES), has(ME, SALES)),
        (has(None, SALES), has(None, CARE)),
        (has(ME), has(None)),
        (has(ME), has(MILA)),
        (has(ME), has(None, SALES)),
        (has(ME, SALES), has(MILA, CARE)),
    ],
)
def test_an_agent_takes_what_nobody_has_and_passes_on_what_is_theirs(before: Handling, after: Handling) -> None:
    check_may_assign(before, after, agent_id=ME, may_assign=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [(has(None), has(MILA)), (has(MILA), has(ME)), (has(MILA), has(None)), (has(MILA, SALES), has(MILA, CARE))],
)
def test_giving_away_what_others_have_is_for_supervisors(before: Handling, after: Handling) -> None:
    check_may_assign(before, after, agent_id=ME, may_assign=True)
    with pytest.raises(Forbidden):
        check_may_assign(before, after, agent_id=ME, may_assign=False)


def test_a_program_without_the_right_assigns_nothing() -> None:
    with pytest.raises(Forbidden):
        check_may_assign(has(None), has(None, SALES), agent_id=None, may_assign=False)


def test_where_only_the_assignee_answers_nobody_else_does_but_supervisors_and_the_first() -> None:
    for assignee_id, agent_id, may_assign in ((ME, ME, False), (None, ME, False), (MILA, ME, True)):
        check_may_answer(only_assignee=True, assignee_id=assignee_id, agent_id=agent_id, may_assign=may_assign)
    check_may_answer(only_assignee=False, assignee_id=MILA, agent_id=ME, may_assign=False)
    with pytest.raises(Forbidden):
        check_may_answer(only_assignee=True, assignee_id=MILA, agent_id=ME, may_assign=False)
