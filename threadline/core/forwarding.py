"""What of a message can be sent on to somebody else, and as what."""

from uuid import UUID

import msgspec

from threadline.core.content import (
    Buttons,
    ChoiceList,
    ChoiceMade,
    Contacts,
    Content,
    FormAnswer,
    LinkButton,
    Location,
    Media,
    Order,
    Product,
    Request,
    Template,
    Text,
)
from threadline.core.errors import Invalid


def forwarded(content: Content, *, file_id: UUID | None) -> Content:
    """As the same kind where anybody may send it, else as its text: buttons and templates belong to their chat.

    `file_id` is the file's copy in the chat it goes to. Raises Invalid for what says nothing outside its chat.
    """
    match content:
        case Text(text=text) | Template(text=text) | Buttons(text=text) | ChoiceList(text=text):
            return _text(text)
        case LinkButton(text=text, url=url):
            return _text(f"{text}\n{url}")
        case Request(text=text) | Order(text=text) | FormAnswer(text=text) | Product(text=text):
            return _text(text)
        case ChoiceMade(choice=choice):
            return _text(choice.title)
        case Media() if file_id is not None:
            return msgspec.structs.replace(content, file_id=file_id)
        case Location() | Contacts():
            return content
        case _:
            raise _cannot()


def _text(text: str) -> Text:
    if not text.strip():
        raise _cannot()
    return Text(text=text)


def _cannot() -> Invalid:
    return Invalid("This message cannot be forwarded.", reason="forward_impossible")
