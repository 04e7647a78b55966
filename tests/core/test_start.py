"""What a fresh workspace begins with, in every language of the app."""

from pathlib import Path
from uuid import UUID

import pytest

from threadline.core.label import label_key
from threadline.core.saved_reply import check_shortcut, check_text
from threadline.core.sla import Policy, check_policy
from threadline.core.start import LABEL_COLOURS, REPLY_TARGET, STARTS, start_in

_ID = UUID(int=1)
_CATALOGUES = Path(__file__).parents[2] / "frontend" / "src" / "shared" / "i18n" / "catalogues"


def test_every_language_of_the_app_has_one() -> None:
    assert set(STARTS) == {folder.name for folder in _CATALOGUES.iterdir() if folder.is_dir()}


@pytest.mark.parametrize("locale", sorted(STARTS))
def test_it_is_five_labels_and_ten_replies_that_could_be_saved_by_hand(locale: str) -> None:
    start = start_in(locale)
    assert len({label_key(name) for name in start.labels}) == len(LABEL_COLOURS) == 5
    assert len({reply.shortcut for reply in start.replies}) == len({one.title for one in start.replies}) == 10
    for reply in start.replies:
        check_shortcut(reply.shortcut)
        check_text(reply.text)


def test_no_language_says_it_in_the_words_of_another() -> None:
    said = [reply.text for start in STARTS.values() for reply in start.replies]
    assert len(set(said)) == len(said)


def test_four_minutes_are_promised_and_one_warns() -> None:
    assert (REPLY_TARGET.minutes, REPLY_TARGET.minutes * REPLY_TARGET.warns_at / 100) == (4, 1)
    check_policy(Policy(id=_ID, name="x", first_reply=REPLY_TARGET), fields={})


def test_a_regional_language_is_its_own_and_an_unknown_one_english() -> None:
    assert start_in("pt-BR") == STARTS["pt"]
    assert start_in("fi") == STARTS["en"]
