import pytest

from threadline.core.errors import Conflict
from threadline.core.resolving import Readiness, check_may_resolve


@pytest.mark.parametrize(("needs", "count"), [(False, 0), (False, 2), (True, 1)])
def test_it_may_be_resolved(needs: bool, count: int) -> None:
    check_may_resolve(Readiness(needs_label=needs, label_count=count))


def test_without_the_label_that_is_wanted_it_may_not() -> None:
    with pytest.raises(Conflict) as refused:
        check_may_resolve(Readiness(needs_label=True, label_count=0))
    assert refused.value.reason == "label_needed"
