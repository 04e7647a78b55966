"""A conversation as plain text that leaves the house: for a customer, a lawyer, a colleague without an account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from threadline.core.content import (
    Buttons,
    Call,
    ChoiceList,
    ChoiceMade,
    Contacts,
    Content,
    FormAnswer,
    LinkButton,
    Location,
    Media,
    Native,
    Order,
    Product,
    Request,
    Spoken,
    Template,
    Text,
    Unsupported,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: datetime
    direction: Literal["incoming", "outgoing", "note"]
    name: str
    content: Content
    file_name: str = ""
    is_deleted: bool = False


def transcript_text(title: str, entries: Iterable[Entry], zone: tzinfo) -> str:
    """A head, then one message after the other, in the times of one zone. Ends with a line break."""
    lines = [_line(entry, zone) for entry in entries]
    return "\n".join([title, "", *lines]) + "\n"


def _line(entry: Entry, zone: tzinfo) -> str:
    who = f"{entry.name} (note)" if entry.direction == "note" else entry.name
    return f"[{entry.at.astimezone(zone):%Y-%m-%d %H:%M}] {who}: {_said(entry)}"


def _said(entry: Entry) -> str:
    """What was deleted is told, not repeated; of a file its name, for the file does not come along."""
    if entry.is_deleted:
        return "(deleted)"
    if isinstance(entry.content, Media):
        name = entry.content.file_name or entry.file_name
        kind = "voice" if entry.content.is_voice else entry.content.media
        words = [entry.content.caption, _spoken(entry.content.spoken)]
        return " ".join([f"({kind}{f': {name}' if name else ''})", *filter(None, words)])
    return _text_of(entry.content)


def _spoken(spoken: Spoken | None) -> str:
    """In quotation marks: it is what somebody heard, not what somebody typed."""
    if spoken is None:
        return ""
    language = f"[{spoken.language}] " if spoken.language else ""
    return f"{language}“{spoken.text}”"


def _text_of(content: Content) -> str:
    match content:
        case Text(text=text) | Buttons(text=text) | ChoiceList(text=text) | Request(text=text):
            return text
        case Template(text=text, name=name):
            return text or f"({name})"
        case LinkButton(text=text, url=url):
            return f"{text} {url}"
        case ChoiceMade(choice=choice):
            return choice.title
        case Location(name=name, address=address):
            place = ", ".join(part for part in (name, address) if part)
            return f"(location: {content.latitude:.6f}, {content.longitude:.6f}) {place}".rstrip()
        case Contacts(cards=cards):
            return "; ".join(" ".join([card.name, *(phone.phone for phone in card.phones)]) for card in cards)
        case Call(outcome=outcome):
            return f"(call: {outcome})"
        case Order(text=text) | FormAnswer(text=text) | Product(text=text) | Native(text=text) | Unsupported(text=text):
            return text or f"({content.__struct_config__.tag})"
        case _:
            return ""
