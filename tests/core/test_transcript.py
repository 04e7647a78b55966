"""A conversation as plain text."""

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from threadline.core.content import Call, Location, Media, Text
from threadline.core.transcript import Entry, transcript_text

_AT = datetime(2026, 11, 24, 13, 7, tzinfo=UTC)


def test_each_message_is_a_line_with_its_time_its_author_and_its_words() -> None:
    entries = [
        Entry(at=_AT, direction="incoming", name="Hannah", content=Text(text="Is it safe?")),
        Entry(at=_AT, direction="outgoing", name="Mila Brandt", content=Text(text="It is.")),
        Entry(at=_AT, direction="note", name="Mila Brandt", content=Text(text="Asked Jonas")),
    ]
    assert transcript_text("Hannah, Sales", entries, ZoneInfo("Europe/Amsterdam")) == (
        "Hannah, Sales\n\n"
        "[2026-11-24 14:07] Hannah: Is it safe?\n"
        "[2026-11-24 14:07] Mila Brandt: It is.\n"
        "[2026-11-24 14:07] Mila Brandt (note): Asked Jonas\n"
    )


def test_files_are_named_and_deleted_messages_are_not_repeated() -> None:
    photo = Media(media="image", file_id=uuid4(), caption="See")
    entries = [
        Entry(at=_AT, direction="incoming", name="Hannah", content=photo, file_name="a.jpg"),
        Entry(at=_AT, direction="incoming", name="Hannah", content=Text(text="secret"), is_deleted=True),
        Entry(at=_AT, direction="incoming", name="Hannah", content=Location(latitude=1.5, longitude=2, name="Dam 1")),
        Entry(at=_AT, direction="incoming", name="Hannah", content=Call(outcome="missed")),
    ]
    lines = transcript_text("Hannah", entries, UTC).splitlines()[2:]
    assert [line.partition("Hannah: ")[2] for line in lines] == [
        "(image: a.jpg) See",
        "(deleted)",
        "(location: 1.500000, 2.000000) Dam 1",
        "(call: missed)",
    ]
