"""What a message says: one struct per kind, stored as JSON in `messages.content`, tagged by `kind`.

Every channel type parses into these and builds from these. A new kind shows every place to visit through
`assert_never`. Sizes are the provider's to limit, not ours; texts arrive clean (no NUL, no lone surrogates).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec


class Mention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A colleague or team named in a note, as `@name` in its text. The name is that of the day, and stays."""

    kind: Literal["agent", "team"]
    id: UUID
    name: str = ""


class ReplyUse(msgspec.Struct, frozen=True, kw_only=True):
    """That a text was begun with a saved reply, and with which of its variants (core/saved_reply.py)."""

    reply_id: UUID
    variant: str


class Text(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="text"):
    text: str
    has_preview: bool = False
    """Ask the provider to show a preview of the first link (outgoing only)."""
    mentions: tuple[Mention, ...] = ()
    """Notes only."""
    uses: tuple[ReplyUse, ...] = ()
    """Until it is sent: which saved replies it was written with. A message has none; they are rows beside it."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said in a sound, in words: written by hand or by a program of the owner's (core/spoken_text.py)."""

    text: str
    language: str = ""
    """As a tag (`de`, `pt-BR`); empty if nobody said it."""
    is_by_hand: bool = False
    agent_id: UUID | None = None
    """Whose words these are; None: a program's that stands for nobody."""
    written_at: datetime


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="media"):
    """A picture, film, sound, document or sticker: the bytes are a row of `files`."""

    media: Literal["image", "video", "audio", "document", "sticker"]
    file_id: UUID
    caption: str = ""
    file_name: str = ""
    is_voice: bool = False
    is_animated: bool = False
    spoken: Spoken | None = None
    """Of a sound: written beside it here, never sent with it."""
    uses: tuple[ReplyUse, ...] = ()
    """As those of a text."""


class Location(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="location"):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


class CardPhone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    phone: str
    label: str = ""
    address_value: str = ""
    """The provider's own id behind the number, if it is known (WhatsApp: `wa_id`)."""


class CardLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    value: str
    label: str = ""


class ContactCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    title: str = ""
    birthday: str = ""
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardLine, ...] = ()
    urls: tuple[CardLine, ...] = ()
    addresses: tuple[CardLine, ...] = ()


class Contacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="contacts"):
    cards: tuple[ContactCard, ...]


class Choice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing the customer may tap, or did."""

    id: str
    title: str
    description: str = ""


class ChoiceMade(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="choice"):
    """The customer tapped a button or a row of a list that we offered."""

    source: Literal["button", "list", "template"]
    choice: Choice


class ChoiceSection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    title: str
    choices: tuple[Choice, ...]


class Buttons(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="buttons"):
    text: str
    buttons: tuple[Choice, ...]
    header: str = ""
    footer: str = ""


class ChoiceList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="list"):
    text: str
    button: str
    sections: tuple[ChoiceSection, ...]
    header: str = ""
    footer: str = ""


class LinkButton(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="link_button"):
    text: str
    title: str
    url: str
    header: str = ""
    footer: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="request"):
    """We ask the customer for a location, a contact card, or permission to call."""

    asks_for: Literal["location", "contact", "call_permission"]
    text: str


class OrderItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    product_id: str
    quantity: int
    price: str = ""
    """Decimal text as the provider sent it, in `currency`."""
    currency: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="order"):
    catalog_id: str
    items: tuple[OrderItem, ...]
    text: str = ""


class FormAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="form_answer"):
    """A filled form, address form or permission answer; `answers` keeps the provider's field names, values as text."""

    form: str
    text: str = ""
    answers: dict[str, str] = {}


class TemplateValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    """`1`, `2`… for numbered variables, else the variable's name."""
    value: str
    button: Literal["url", "quick_reply", "copy_code", "flow", "catalog"] = "url"
    """What kind of button this fills (button values only)."""


class Template(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="template"):
    """An approved template by name and language, with the values that fill it and the text it makes."""

    name: str
    language: str
    text: str = ""
    """The body as the customer reads it, values filled in: rendered when the message is made."""
    category: str = ""
    header_values: tuple[TemplateValue, ...] = ()
    body_values: tuple[TemplateValue, ...] = ()
    button_values: tuple[TemplateValue, ...] = ()
    """`name` is the button's index; the value is its payload, URL ending or code."""
    header_file_id: UUID | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="product"):
    """One product or several of a catalogue that we showed."""

    catalog_id: str
    product_ids: tuple[str, ...]
    text: str = ""
    header: str = ""
    footer: str = ""


class Native(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="native"):
    """A provider's own message that has no kind of ours: its JSON goes out as it is. For the API only."""

    type: str
    json: str
    text: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="call"):
    outcome: Literal["missed", "answered", "rejected", "failed"]
    duration_s: int = 0
    by_customer: bool = True


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="line"):
    """A line of the desk in a thread: what happened, in ids and states; with the name of what may be gone one day."""

    what: str
    data: dict[str, str] = {}


class Unsupported(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="unsupported"):
    """Something we or the provider's API cannot show. The raw delivery is kept."""

    type: str
    code: str = ""
    text: str = ""


Content = (
    Text
    | Media
    | Location
    | Contacts
    | ChoiceMade
    | Buttons
    | ChoiceList
    | LinkButton
    | Request
    | Order
    | FormAnswer
    | Template
    | Product
    | Native
    | Call
    | Line
    | Unsupported
)

_encoder = msgspec.json.Encoder()
_decoder: "msgspec.json.Decoder[Content]" = msgspec.json.Decoder(Content)


def encode_content(content: Content) -> bytes:
    """Content → the JSON that `messages.content` keeps."""
    return _encoder.encode(content)


def decode_content(data: bytes | str) -> Content:
    """The stored JSON → content. Raises msgspec.ValidationError if it is none of ours."""
    return _decoder.decode(data)


def uses_of(content: Content) -> tuple[ReplyUse, ...]:
    return content.uses if isinstance(content, Text | Media) else ()


def without_uses(content: Content) -> Content:
    return msgspec.structs.replace(content, uses=()) if uses_of(content) else content


def keeping_uses(before: Sequence[Content], after: Sequence[Content]) -> list[Content]:
    """Contents that somebody wrote anew over others: they were begun with the same replies, unless they say it."""
    kept = tuple(dict.fromkeys(use for one in before for use in uses_of(one)))
    if not kept or any(map(uses_of, after)):
        return list(after)
    first = next((place for place, one in enumerate(after) if isinstance(one, Text | Media)), None)
    return [
        msgspec.structs.replace(one, uses=kept) if place == first and isinstance(one, Text | Media) else one
        for place, one in enumerate(after)
    ]
