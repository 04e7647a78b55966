"""A thanks after the end, on a table of more than three hundred phrases as people write them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from threadline.core.content import Content, Location, Text, Unsupported
from threadline.core.thanks import is_quiet_thanks, is_thanks

_TABLE = [
    tuple(line.split("\t", 2))
    for line in Path(__file__).with_name("thanks.tsv").read_text(encoding="utf-8").splitlines()
]
ENDED = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_the_table_is_large_and_knows_seven_languages() -> None:
    assert len({(language, phrase) for language, _, phrase in _TABLE}) >= 300
    for language in ("en", "ru", "es", "nl", "sv", "pt", "de"):
        signs = [sign for known, sign, _ in _TABLE if known == language]
        assert signs.count("+") >= 20, language
        assert signs.count("-") >= 15, language


@pytest.mark.parametrize(("language", "sign", "phrase"), _TABLE)
def test_a_phrase_is_a_thanks_or_reopens(language: str, sign: str, phrase: str) -> None:
    assert is_thanks(phrase) is (sign == "+")


@pytest.mark.parametrize(("language", "sign", "phrase"), [row for row in _TABLE if row[1] == "+"])
@pytest.mark.parametrize("more", ["?", " 5", " help", " помогите", " https://a.example"])
def test_with_a_question_mark_a_number_or_another_word_every_thanks_reopens(
    language: str, sign: str, phrase: str, more: str
) -> None:
    assert not is_thanks(phrase + more)


@pytest.mark.parametrize(
    ("content", "after", "is_so"),
    [
        (Text(text="Thanks!"), timedelta(minutes=1), True),
        (Text(text="Thanks!"), timedelta(hours=24), True),
        (Text(text="Thanks!"), timedelta(hours=24, seconds=1), False),
        (Text(text="Thanks!"), timedelta(seconds=-1), False),
        (Location(latitude=1, longitude=2), timedelta(minutes=1), False),
        (Unsupported(type="sticker"), timedelta(minutes=1), False),
        (None, timedelta(minutes=1), False),
    ],
)
def test_it_is_quiet_for_a_day_and_only_as_a_text(content: Content | None, after: timedelta, is_so: bool) -> None:
    assert is_quiet_thanks(content, ended_at=ENDED, at=ENDED + after) is is_so


def test_what_never_ended_has_no_thanks_after_it() -> None:
    assert not is_quiet_thanks(Text(text="Thanks!"), ended_at=None, at=ENDED)


def test_a_page_of_thanks_is_read_by_somebody() -> None:
    assert not is_thanks("thanks " * 10_000)
