"""The error table: whole, consistent, and readable by a person."""

import re
from pathlib import Path

import pytest

from threadline.channels.contract import Alarm, Retry
from threadline.channels.registry import channel_type
from threadline.channels.types.whatsapp.errors import MEANINGS, UNKNOWN_CODE, meaning_of

CHANNEL = channel_type("whatsapp")
CODES = [
    0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 299, 368, 613, 80007, 130403, 130429, 130472, 130497, 131000, 131005,
    131008, 131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042, 131044, 131045, 131047,
    131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131060, 131061, 131062, 131063,
    131064, 131201, 131215, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069,
    133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 134011, 134100, 134101, 134102, 135000,
    136024, 137000, 138000, 138018, 139000, 139004, 139100, 139103, 147001, 147005, 2388019, 2388040, 2388047,
    2388072, 2388073, 2388093, 2388099, 2494100, 2593107, 2593109,
]  # fmt: skip
"""Every code of Meta's table that we know of, ranges by their ends."""


@pytest.mark.parametrize("code", CODES)
def test_every_known_code_has_a_meaning(code: int) -> None:
    assert meaning_of(str(code)) is not UNKNOWN_CODE


def test_sentences_are_plain_and_end() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.text.endswith("."), code
        assert len(meaning.text) <= 130, (code, len(meaning.text))
        assert not re.search(r"\d{5,}|API error|undefined|null", meaning.text), code


@pytest.mark.parametrize("code", ["987654", "", "abc", "-1", "9" * 40, "٣"])
def test_unknown_code_is_final_and_told_to_an_admin(code: str) -> None:
    meaning = CHANNEL.failure(code)
    assert (meaning.retry, meaning.alarm) == (Retry.NO, Alarm.ADMIN)


def test_failed_status_leaves_nothing_open() -> None:
    for code in MEANINGS:
        assert CHANNEL.failure(str(code)).retry is not Retry.UNKNOWN


def test_what_a_failure_does_to_the_contact() -> None:
    assert CHANNEL.failure("131047").closes_window
    assert CHANNEL.failure("131047").help == "template"
    assert CHANNEL.failure("131050").withdraws_marketing
    assert CHANNEL.failure("131026").is_unreachable
    assert CHANNEL.failure("131049").retry is Retry.NO


def test_a_stopped_channel_keeps_its_queue() -> None:
    for code, meaning in MEANINGS.items():
        if meaning.alarm is Alarm.STOP:
            assert meaning.retry is Retry.LATER, code


def test_no_sentence_is_written_twice() -> None:
    """Two rows with the same words would be one row: the table is data, not prose."""
    source = (Path(__file__).parents[3] / "threadline/channels/types/whatsapp/errors.py").read_text(encoding="utf-8")
    for text in {meaning.text for meaning in MEANINGS.values()}:
        assert source.count(f'"{text}"') == 1, text
