"""What is done for important customers: more, never less, and nobody loses what they have."""

from uuid import uuid4

import pytest

from threadline.core.vip import Handled, VipCare, care_for

ANA, BO, SALES, SUPPORT = (uuid4() for _ in range(4))


@pytest.mark.parametrize(("now_is", "after"), [(0, 2), (1, 2), (2, 2), (3, 3)])
def test_a_priority_is_raised_and_never_lowered(now_is: int, after: int) -> None:
    assert care_for(VipCare(priority=2), Handled(now_is, None, None)).priority == after


def test_nobody_loses_what_they_have() -> None:
    care = VipCare(team_id=SALES, assignee_id=ANA)
    assert care_for(care, Handled(0, None, None)) == Handled(0, SALES, ANA)
    assert care_for(care, Handled(0, SUPPORT, None)) == Handled(0, SUPPORT, ANA)
    assert care_for(care, Handled(0, None, BO)) == Handled(0, None, BO)


def test_without_a_decision_everything_stays() -> None:
    for now_is in (Handled(0, None, None), Handled(3, SALES, BO)):
        assert care_for(VipCare(), now_is) == now_is
