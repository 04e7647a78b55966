import pytest

from threadline.core.label import label_key


@pytest.mark.parametrize(
    ("one", "other"),
    [("Refund", "REFUND"), ("Straße", "STRASSE"), ("Cafe\u0301", "café"), ("ＶＩＰ", "vip"), ("Возврат", "ВОЗВРАТ")],
)
def test_names_that_a_person_reads_alike_have_one_key(one: str, other: str) -> None:
    assert label_key(one) == label_key(other)


def test_names_that_differ_have_keys_that_differ() -> None:
    assert len({label_key(name) for name in ("Refund", "Refunds", "Réfund", "No refund", "返金")}) == 5
