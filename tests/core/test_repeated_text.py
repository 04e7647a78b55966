"""Which texts are the same for the warning about one text to many."""

from uuid import UUID

import pytest

from threadline.core.content import Location, Media, Template, Text
from threadline.core.repeated_text import SHORTEST, digest_of, text_of

SHOP = UUID(int=1)


def digest(text: str, name: str = "Ana Reyes") -> str | None:
    return digest_of(text, name=name, workspace_id=SHOP)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Our winter sale begins tomorrow!", "our  winter sale\nbegins tomorrow"),
        ("Dear Ana, our winter sale begins tomorrow.", "Dear REYES, our winter sale begins tomorrow."),
        ("Наша распродажа начинается завтра!", "наша распродажа - начинается завтра"),
        ("ＯＵＲ winter sale begins tomorrow", "our winter sale begins tomorrow"),
    ],
)
def test_case_signs_spaces_and_the_own_name_make_no_difference(one: str, other: str) -> None:
    assert digest(one) == digest(other) is not None


def test_each_customers_own_name_is_left_out() -> None:
    text = "Dear {}, our winter sale begins tomorrow."
    assert digest(text.format("Ana"), "Ana Reyes") == digest(text.format("Jonas"), "Jonas Berg")
    assert digest(text.format("Jonas"), "Ana Reyes") != digest(text.format("Ana"), "Ana Reyes")


@pytest.mark.parametrize(
    "other", ["Our winter sale begins today, at noon", "Our summer sale begins tomorrow", "Your parcel 1234567 arrives"]
)
def test_other_words_and_numbers_are_another_text(other: str) -> None:
    assert digest("Our winter sale begins tomorrow") != digest(other)
    assert digest("Your parcel 1234568 arrives") != digest(other)


@pytest.mark.parametrize("text", ["", "   ", "Thank you, Ana!", "One moment, please", "😀" * 40, "x" * (SHORTEST - 1)])
def test_what_is_short_counts_for_nothing(text: str) -> None:
    assert digest(text) is None
    assert digest("x" * SHORTEST) is not None


def test_no_digest_is_that_of_another_workspace() -> None:
    text = "Our winter sale begins tomorrow"
    assert digest(text) != digest_of(text, name="Ana Reyes", workspace_id=UUID(int=2))


def test_texts_and_captions_are_a_persons_words_and_templates_are_not() -> None:
    assert text_of(Text(text="a")) == "a"
    assert text_of(Media(media="image", file_id=SHOP, caption="b")) == "b"
    assert text_of(Template(name="x", language="en", text="c")) == ""
    assert text_of(Location(latitude=1, longitude=1, name="d")) == ""
