"""What goes along when a message is sent on, and what stays in its chat."""

from uuid import uuid4

import pytest

from threadline.core.content import (
    Buttons,
    Call,
    Choice,
    ChoiceMade,
    Content,
    Line,
    LinkButton,
    Location,
    Media,
    Template,
    Text,
    Unsupported,
)
from threadline.core.errors import Invalid
from threadline.core.forwarding import forwarded

_PLACE = Location(latitude=52.37, longitude=4.89, name="Dam 1")


@pytest.mark.parametrize(
    ("content", "as_what"),
    [
        (Text(text="Hello", has_preview=True), Text(text="Hello")),
        (Template(name="news", language="en", text="News for Ana"), Text(text="News for Ana")),
        (Buttons(text="Which?", buttons=(Choice(id="a", title="A"),)), Text(text="Which?")),
        (
            LinkButton(text="Track it", title="Open", url="https://x.example/1"),
            Text(text="Track it\nhttps://x.example/1"),
        ),
        (ChoiceMade(source="button", choice=Choice(id="a", title="Large")), Text(text="Large")),
        (_PLACE, _PLACE),
    ],
)
def test_a_message_is_forwarded_as_what_anybody_may_send(content: Content, as_what: Content) -> None:
    assert forwarded(content, file_id=None) == as_what


def test_a_file_goes_along_as_its_copy_with_its_caption() -> None:
    copy_id = uuid4()
    content = forwarded(Media(media="image", file_id=uuid4(), caption="The carafe"), file_id=copy_id)
    assert content == Media(media="image", file_id=copy_id, caption="The carafe")


@pytest.mark.parametrize(
    "content",
    [Line(what="resolved"), Call(outcome="missed"), Unsupported(type="poll"), Template(name="x", language="en")],
)
def test_what_says_nothing_outside_its_chat_stays(content: Content) -> None:
    with pytest.raises(Invalid):
        forwarded(content, file_id=None)
