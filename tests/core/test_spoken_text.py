"""Whose words may stand under a voice message, and where they are read, found and masked."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from threadline.core.content import Media, Spoken, Text, decode_content, encode_content
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.personal import Clearance, mask_content
from threadline.core.search_message import texts_found, texts_of
from threadline.core.search_text import wanted_of
from threadline.core.spoken_text import check_may_replace, check_sound, with_spoken
from threadline.core.transcript import Entry, transcript_text

_AT = datetime(2026, 11, 24, 13, 7, tzinfo=UTC)
_ALL, _MASKED = Clearance(), Clearance(sees_addresses=False, sees_written=False)
_MILA = UUID(int=7)


def voice(text: str = "", **more: object) -> Media:
    sound = Media(media="audio", file_id=UUID(int=1), is_voice=True)
    spoken = Spoken(text=text, written_at=_AT, **more) if text else None  # type: ignore[arg-type]
    return msgspec.structs.replace(sound, spoken=spoken)


def test_only_a_sound_has_one() -> None:
    assert check_sound(voice()) == voice()
    for other in (Text(text="Hello"), Media(media="image", file_id=uuid4()), Media(media="video", file_id=uuid4())):
        with pytest.raises(Invalid):
            check_sound(other)


def test_a_program_does_not_replace_a_person_but_a_person_a_program() -> None:
    by_program, by_hand = voice("Hello"), voice("Hello", is_by_hand=True, agent_id=_MILA)
    check_may_replace(voice(), is_by_hand=False, clearance=_ALL)
    for is_by_hand in (False, True):
        check_may_replace(by_program, is_by_hand=is_by_hand, clearance=_ALL)
    check_may_replace(by_hand, is_by_hand=True, clearance=_ALL)
    with pytest.raises(Conflict) as refused:
        check_may_replace(by_hand, is_by_hand=False, clearance=_ALL)
    assert refused.value.reason == "spoken_by_hand"


def test_nobody_replaces_what_they_see_only_in_part() -> None:
    with pytest.raises(Forbidden):
        check_may_replace(voice("Call +49 171 1234567"), is_by_hand=True, clearance=_MASKED)
    check_may_replace(voice("Call me"), is_by_hand=True, clearance=_MASKED)


@pytest.mark.parametrize(
    ("before", "text", "language", "is_by_hand", "is_news"),
    [
        (voice(), "Hello", "en", True, True),
        (voice("Hello", language="en"), "Hello", "en", False, False),
        (voice("Hello", language="en"), "Hello", "en", True, True),  # confirmed by somebody who listened
        (voice("Hello", language="en", is_by_hand=True), "Hello", "en", False, False),  # a program that says it again
        (voice("Hello", language="en"), "Hello", "de", False, True),
        (voice("Hello", language="en"), "Hallo", "en", False, True),
    ],
)
def test_the_same_words_once_more_are_no_news(
    before: Media, text: str, language: str, is_by_hand: bool, is_news: bool
) -> None:
    after = with_spoken(before, text=text, language=language, is_by_hand=is_by_hand, agent_id=_MILA, now=_AT)
    assert (after is not None) is is_news
    if after is not None:
        assert decode_content(encode_content(after)) == after


def test_it_is_found_by_its_words_and_masked_as_those_of_a_message() -> None:
    sound = voice("The carafe leaks, call +49 171 1234567")
    assert texts_of(sound) == ["The carafe leaks, call +49 171 1234567"]
    masked = mask_content(sound, _MASKED)
    assert isinstance(masked, Media)
    assert masked.spoken
    assert masked.spoken.text == "The carafe leaks, call +49 ••• ••• 67"
    assert texts_found(sound, wanted_of([("carafe", False)]), _MASKED) == ["The carafe leaks, call +49 ••• ••• 67"]
    assert texts_found(sound, wanted_of([("1234567", False)]), _MASKED) is None


def test_a_transcript_carries_it_with_its_language_as_what_was_heard() -> None:
    entries = [
        Entry(at=_AT, direction="incoming", name="Hannah", content=voice("Ist sie dicht?", language="de")),
        Entry(at=_AT, direction="incoming", name="Hannah", content=voice("secret"), is_deleted=True),
    ]
    lines = transcript_text("Hannah", entries, UTC).splitlines()[2:]
    assert [line.partition("Hannah: ")[2] for line in lines] == ["(voice) [de] “Ist sie dicht?”", "(deleted)"]
