from uuid import uuid4

import pytest

from threadline.core.errors import Conflict
from threadline.core.field import Field, FieldType
from threadline.core.resolving import Readiness, check_may_resolve


def _field(name: str) -> Field:
    return Field(id=uuid4(), owner="conversation", type=FieldType.TEXT, name=name, options=[], position=0)


@pytest.mark.parametrize(("needs", "count"), [(False, 0), (False, 2), (True, 1)])
def test_it_may_be_resolved(needs: bool, count: int) -> None:
    check_may_resolve(Readiness(needs_label=needs, label_count=count))


@pytest.mark.parametrize(
    ("lacks_label", "names", "reason"),
    [
        (True, [], "label_needed"),
        (False, ["Order"], "fields_needed"),
        (False, ["Order", "Branch"], "fields_needed"),
        (True, ["Order"], "label_and_fields_needed"),
    ],
)
def test_without_what_is_wanted_it_may_not_and_the_refusal_names_it(
    lacks_label: bool, names: list[str], reason: str
) -> None:
    missing = tuple(map(_field, names))
    with pytest.raises(Conflict) as refused:
        check_may_resolve(Readiness(needs_label=lacks_label, label_count=0, missing=missing))
    assert refused.value.reason == reason
    assert refused.value.values.get("fields", "") == ", ".join(names)
