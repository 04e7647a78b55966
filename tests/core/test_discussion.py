"""Who may do what in a discussion."""

import pytest

from threadline.core.discussion import (
    MOST_MEMBERS,
    DiscussionState,
    check_count,
    check_in_it,
    check_is_open,
    check_may_remove,
)
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.permission import ROLES, Caller, RoleName, may_read_discussion
from threadline.infra.clock import new_id

ME, OTHER, THIRD = new_id(), new_id(), new_id()


def test_it_is_of_two_at_least_and_of_no_crowd() -> None:
    for count in (0, 1, MOST_MEMBERS + 1):
        with pytest.raises(Invalid):
            check_count(count)
    for count in (2, MOST_MEMBERS):
        check_count(count)


def test_nobody_writes_from_outside_or_into_a_closed_one() -> None:
    check_in_it(is_in_it=True)
    check_is_open(DiscussionState.OPEN)
    with pytest.raises(Forbidden):
        check_in_it(is_in_it=False)
    with pytest.raises(Conflict):
        check_is_open(DiscussionState.CLOSED)


def test_everybody_leaves_and_few_let_others_go() -> None:
    check_may_remove(agent_id=ME, removed_id=ME, started_by=OTHER, may_assign=False)
    check_may_remove(agent_id=ME, removed_id=OTHER, started_by=ME, may_assign=False)
    check_may_remove(agent_id=ME, removed_id=OTHER, started_by=THIRD, may_assign=True)
    with pytest.raises(Forbidden):
        check_may_remove(agent_id=ME, removed_id=OTHER, started_by=THIRD, may_assign=False)


@pytest.mark.parametrize(("role", "reads"), [("agent", False), ("supervisor", False), ("admin", True)])
def test_who_audits_reads_and_nobody_else_outside(role: str, reads: bool) -> None:
    caller = Caller(workspace_id=new_id(), permissions=ROLES[RoleName(role)], agent_id=ME)
    assert may_read_discussion(caller, is_in_it=False) is reads
    assert may_read_discussion(caller, is_in_it=True)
