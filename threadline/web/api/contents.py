"""What may be sent, as it comes in: one closed model per kind, told apart by `kind`. Their twins: core/content.py."""

from typing import Annotated, Literal

import msgspec
from pydantic import Field, StringConstraints

from threadline.core.content import Content
from threadline.web.api.inputs import Id, Input, Line, Text

_Short = Annotated[Line, StringConstraints(max_length=256)]
_Url = Annotated[Line, StringConstraints(pattern=r"^https?://", max_length=2_000)]


class MentionInput(Input):
    kind: Literal["agent", "team"]
    id: Id
    name: _Short = ""


class ReplyUseInput(Input):
    """The text was begun with this saved reply; `variant` as the filled reply named it."""

    reply_id: Id
    variant: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


_Uses = Annotated[list[ReplyUseInput], Field(max_length=10, default_factory=list)]


class TextInput(Input):
    kind: Literal["text"]
    text: Annotated[Text, StringConstraints(min_length=1)]
    has_preview: bool = False
    mentions: Annotated[list[MentionInput], Field(max_length=20, default_factory=list)]
    """Notes only; the names are the server's."""
    uses: _Uses


class MediaInput(Input):
    kind: Literal["media"]
    media: Literal["image", "video", "audio", "document", "sticker"]
    file_id: Id
    caption: Text = ""
    file_name: _Short = ""
    is_voice: bool = False
    uses: _Uses


class LocationInput(Input):
    kind: Literal["location"]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: Line = ""
    address: Line = ""


class CardPhoneInput(Input):
    phone: _Short
    label: _Short = ""
    address_value: _Short = ""


class CardLineInput(Input):
    value: Line
    label: _Short = ""


class ContactCardInput(Input):
    name: _Short
    first_name: _Short = ""
    last_name: _Short = ""
    organisation: _Short = ""
    title: _Short = ""
    birthday: _Short = ""
    phones: Annotated[list[CardPhoneInput], Field(max_length=20, default_factory=list)]
    emails: Annotated[list[CardLineInput], Field(max_length=20, default_factory=list)]
    urls: Annotated[list[CardLineInput], Field(max_length=20, default_factory=list)]
    addresses: Annotated[list[CardLineInput], Field(max_length=20, default_factory=list)]


class ContactsInput(Input):
    kind: Literal["contacts"]
    cards: Annotated[list[ContactCardInput], Field(min_length=1, max_length=20)]


class ChoiceInput(Input):
    id: _Short
    title: _Short
    description: _Short = ""


class ButtonsInput(Input):
    kind: Literal["buttons"]
    text: Text
    buttons: Annotated[list[ChoiceInput], Field(min_length=1, max_length=20)]
    header: Line = ""
    footer: Line = ""


class ChoiceSectionInput(Input):
    title: _Short
    choices: Annotated[list[ChoiceInput], Field(min_length=1, max_length=50)]


class ListInput(Input):
    kind: Literal["list"]
    text: Text
    button: _Short
    sections: Annotated[list[ChoiceSectionInput], Field(min_length=1, max_length=20)]
    header: Line = ""
    footer: Line = ""


class LinkButtonInput(Input):
    kind: Literal["link_button"]
    text: Text
    title: _Short
    url: _Url
    header: Line = ""
    footer: Line = ""


class RequestInput(Input):
    kind: Literal["request"]
    asks_for: Literal["location", "contact", "call_permission"]
    text: Text


class TemplateValueInput(Input):
    name: _Short
    value: Text


class TemplateInput(Input):
    """By name and language; the text and category are the stored template's."""

    kind: Literal["template"]
    name: Annotated[_Short, StringConstraints(min_length=1)]
    language: Annotated[_Short, StringConstraints(min_length=1)]
    header_values: Annotated[list[TemplateValueInput], Field(max_length=50, default_factory=list)]
    body_values: Annotated[list[TemplateValueInput], Field(max_length=50, default_factory=list)]
    button_values: Annotated[list[TemplateValueInput], Field(max_length=50, default_factory=list)]
    header_file_id: Id | None = None


class ProductInput(Input):
    kind: Literal["product"]
    catalog_id: _Short
    product_ids: Annotated[list[_Short], Field(min_length=1, max_length=50)]
    text: Text = ""
    header: Line = ""
    footer: Line = ""


class NativeInput(Input):
    kind: Literal["native"]
    type: _Short
    json_text: Annotated[Text, Field(alias="json")]
    text: Text = ""


OutgoingContent = Annotated[
    TextInput
    | MediaInput
    | LocationInput
    | ContactsInput
    | ButtonsInput
    | ListInput
    | LinkButtonInput
    | RequestInput
    | TemplateInput
    | ProductInput
    | NativeInput,
    Field(discriminator="kind"),
]


def to_content(given: Input) -> Content:
    """The input's twin in the core; both have the same fields, which a test compares."""
    return msgspec.convert(given.model_dump(by_alias=True), Content)
