"""What notifications say outside the desk, in every language of the app."""

from pathlib import Path

import pytest

from threadline.core.notification import NotificationKind
from threadline.core.notification_text import WORDS, say, words_of

CATALOGUES = Path(__file__).parent.parent.parent / "frontend" / "src" / "shared" / "i18n" / "catalogues"


def test_every_language_of_the_screens_is_spoken() -> None:
    assert {folder.name for folder in CATALOGUES.iterdir() if folder.is_dir()} <= set(WORDS)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_kind_is_said_with_and_without_a_name(language: str) -> None:
    words = WORDS[language]
    for kind in NotificationKind:
        assert words.named[kind].count("{name}") == 1
        assert "{" not in words.unnamed[kind]
    assert "{workspace}" in words.subject
    assert "{url}" in words.outro


def test_a_region_speaks_its_language_and_an_unknown_one_english() -> None:
    assert words_of("de-AT") is WORDS["de"]
    assert words_of("tlh") is WORDS["en"]


def test_a_name_is_filled_in_and_never_read_again() -> None:
    assert say(NotificationKind.REPLIED, locale="en", name="{name}") == "{name} wrote"
    assert say(NotificationKind.REPLIED, locale="en") == "A customer of yours wrote"
