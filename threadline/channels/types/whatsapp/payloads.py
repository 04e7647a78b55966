"""Our content → the JSON of `POST /{phone}/messages` (whatsapp.md §3). Pure; `limits.fit` has been there before."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, assert_never
from uuid import UUID

import msgspec

from threadline.channels.contract import AddressValue, OutgoingFile, OutgoingPart
from threadline.channels.types.whatsapp import limits
from threadline.channels.types.whatsapp.parties import PARENT_USER, PHONE, USER
from threadline.channels.types.whatsapp.scalars import number_text
from threadline.core.content import (
    Buttons,
    Call,
    ChoiceList,
    ChoiceMade,
    ContactCard,
    Contacts,
    Content,
    FormAnswer,
    Line,
    LinkButton,
    Location,
    Media,
    Native,
    Order,
    Product,
    Request,
    Template,
    TemplateValue,
    Text,
    Unsupported,
)
from threadline.core.errors import CannotSend

Json: TypeAlias = "str | int | float | bool | msgspec.Raw | Sequence[Json] | Mapping[str, Json] | None"
"""What can stand in an outgoing body."""

_encode = msgspec.json.Encoder().encode

_REQUESTS = {
    "location": ("location_request_message", "send_location"),
    "contact": ("request_contact_info", "request_contact_info"),
    "call_permission": ("call_permission_request", "call_permission_request"),
}
_AUTHENTICATION = "authentication"


def message_body(part: OutgoingPart, media_ids: Mapping[UUID, str]) -> bytes:
    """The request's JSON. `media_ids` holds Meta's id for every file of the part. Raises CannotSend."""
    body: dict[str, Json] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body.update(recipient(part.to, needs_phone=_needs_phone(part.content)))
    kind, value = content_payload(part.content, part.files, media_ids)
    body["type"] = kind
    body[kind] = value
    if part.quoted_provider_id:
        body["context"] = {"message_id": part.quoted_provider_id}
    body["biz_opaque_callback_data"] = str(part.attempt_id)
    return _encode(body)


def reaction_body(to: Sequence[AddressValue], *, target_provider_id: str, emoji: str) -> bytes:
    """`emoji` "" takes our reaction back."""
    body: dict[str, Json] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body.update(recipient(to))
    body["type"] = "reaction"
    body["reaction"] = {"message_id": target_provider_id, "emoji": emoji}
    return _encode(body)


def block_body(who: Sequence[AddressValue]) -> bytes:
    """One user, by the number or by the user id."""
    named = recipient(who)
    user: dict[str, Json] = {"user": named["to"]} if "to" in named else {"user_id": named["recipient"]}
    return _encode({"messaging_product": "whatsapp", "block_users": [user]})


def read_body(provider_id: str, *, with_typing: bool) -> bytes:
    body: dict[str, Json] = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}
    if with_typing:
        body["typing_indicator"] = {"type": "text"}
    return _encode(body)


def recipient(to: Sequence[AddressValue], *, needs_phone: bool = False) -> dict[str, Json]:
    """`to` with a `+` and the country code, or `recipient` with a user id: never both, for `to` would win.

    Without the `+` Meta may put our own country's code before the number.
    """
    phones = [address for address in to if address.scheme == PHONE]
    for address in phones if needs_phone and phones else to:
        if address.scheme == PHONE:
            return {"to": address.value}
        if address.scheme in (USER, PARENT_USER):
            return {"recipient": address.value}
    raise CannotSend("This contact has no WhatsApp address.", reason="no_address_here")


def _needs_phone(content: Content) -> bool:
    """Codes go to phone numbers only (131062)."""
    return isinstance(content, Template) and content.category.lower() == _AUTHENTICATION


def content_payload(
    content: Content, files: Mapping[UUID, OutgoingFile], media_ids: Mapping[UUID, str]
) -> tuple[str, Json]:
    """The message's `type` and the object under that key."""
    match content:
        case Text():
            text: dict[str, Json] = {"body": content.text}
            if content.has_preview:
                text["preview_url"] = True
            return "text", text
        case Media():
            return content.media, _media(content, files[content.file_id], media_ids)
        case Location():
            return "location", _location(content)
        case Contacts():
            return "contacts", [_card(card) for card in content.cards]
        case Buttons():
            return "interactive", _buttons(content)
        case ChoiceList():
            return "interactive", _list(content)
        case LinkButton():
            return "interactive", _link_button(content)
        case Request():
            kind, action = _REQUESTS[content.asks_for]
            return "interactive", {"type": kind, "body": {"text": content.text}, "action": {"name": action}}
        case Product():
            return "interactive", _product(content)
        case Template():
            return "template", _template(content, files, media_ids)
        case Native():
            return content.type, msgspec.Raw(content.json.encode())
        case ChoiceMade() | Order() | FormAnswer() | Call() | Line() | Unsupported():
            raise CannotSend(
                "This kind of message comes from customers and cannot be sent.", reason="kind_from_customers"
            )
        case _:
            assert_never(content)


# --- Plain kinds -------------------------------------------------------------------------------------------------


def _media(content: Media, file: OutgoingFile, media_ids: Mapping[UUID, str]) -> dict[str, Json]:
    """Only Ogg can be shown as a voice note; other sounds go as files."""
    body: dict[str, Json] = {"id": media_ids[content.file_id]}
    if content.caption:
        body["caption"] = content.caption
    if content.media == "document" and content.file_name:
        body["filename"] = content.file_name
    if content.media == "audio" and content.is_voice and file.mime.startswith("audio/ogg"):
        body["voice"] = True
    return body


def _location(content: Location) -> dict[str, Json]:
    body: dict[str, Json] = {
        "latitude": number_text(content.latitude),
        "longitude": number_text(content.longitude),
    }
    if content.name:
        body["name"] = content.name
    if content.address:
        body["address"] = content.address
    return body


def _card(card: ContactCard) -> dict[str, Json]:
    """A name needs `formatted_name` and one part more: without parts the whole name is the first one."""
    name: dict[str, Json] = {"formatted_name": card.name}
    if card.first_name or not card.last_name:
        name["first_name"] = card.first_name or card.name
    if card.last_name:
        name["last_name"] = card.last_name
    body: dict[str, Json] = {"name": name}
    if card.phones:
        body["phones"] = [
            _filled({"phone": phone.phone, "type": phone.label, "wa_id": phone.address_value}) for phone in card.phones
        ]
    if card.emails:
        body["emails"] = [_filled({"email": email.value, "type": email.label}) for email in card.emails]
    if card.urls:
        body["urls"] = [_filled({"url": url.value, "type": url.label}) for url in card.urls]
    if card.addresses:
        body["addresses"] = [_filled({"street": line.value, "type": line.label}) for line in card.addresses]
    if card.organisation or card.title:
        body["org"] = _filled({"company": card.organisation, "title": card.title})
    if card.birthday:
        body["birthday"] = card.birthday
    return body


def _filled(texts: Mapping[str, str]) -> dict[str, Json]:
    return {name: text for name, text in texts.items() if text}


# --- Interactive -------------------------------------------------------------------------------------------------


def _frame(kind: str, text: str, *, header: str = "", footer: str = "") -> dict[str, Json]:
    body: dict[str, Json] = {"type": kind}
    if header:
        body["header"] = {"type": "text", "text": header}
    if text:
        body["body"] = {"text": text}
    if footer:
        body["footer"] = {"text": footer}
    return body


def _buttons(content: Buttons) -> dict[str, Json]:
    buttons: list[Json] = [
        {"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in content.buttons
    ]
    frame = _frame("button", content.text, header=content.header, footer=content.footer)
    return {**frame, "action": {"buttons": buttons}}


def _list(content: ChoiceList) -> dict[str, Json]:
    sections: list[Json] = []
    for section in content.sections:
        rows: list[Json] = [
            _filled({"id": row.id, "title": row.title, "description": row.description}) for row in section.choices
        ]
        sections.append({**_filled({"title": section.title}), "rows": rows})
    frame = _frame("list", content.text, header=content.header, footer=content.footer)
    return {**frame, "action": {"button": content.button, "sections": sections}}


def _link_button(content: LinkButton) -> dict[str, Json]:
    frame = _frame("cta_url", content.text, header=content.header, footer=content.footer)
    parameters: dict[str, Json] = {"display_text": content.title, "url": content.url}
    return {**frame, "action": {"name": "cta_url", "parameters": parameters}}


def _product(content: Product) -> dict[str, Json]:
    """One product, several under a heading, or the door to the whole catalogue."""
    match content.product_ids:
        case ():
            return {
                **_frame("catalog_message", content.text, footer=content.footer),
                "action": {"name": "catalog_message"},
            }
        case (product_id,):
            return {
                **_frame("product", content.text, footer=content.footer),
                "action": {"catalog_id": content.catalog_id, "product_retailer_id": product_id},
            }
        case _:
            items: list[Json] = [{"product_retailer_id": product_id} for product_id in content.product_ids]
            section: dict[str, Json] = {"title": content.header[: limits.SECTION_TITLE], "product_items": items}
            return {
                **_frame("product_list", content.text, header=content.header, footer=content.footer),
                "action": {"catalog_id": content.catalog_id, "sections": [section]},
            }


# --- Templates ---------------------------------------------------------------------------------------------------


def _template(content: Template, files: Mapping[UUID, OutgoingFile], media_ids: Mapping[UUID, str]) -> dict[str, Json]:
    components: list[Json] = []
    if content.header_file_id is not None:
        header: Json = _header_file(content.header_file_id, files, media_ids)
        components.append({"type": "header", "parameters": [header]})
    elif content.header_values:
        components.append({"type": "header", "parameters": _parameters(content.header_values)})
    if content.body_values:
        components.append({"type": "body", "parameters": _parameters(content.body_values)})
    components += [_button_value(value) for value in content.button_values]
    template: dict[str, Json] = {"name": content.name, "language": {"code": content.language}}
    if components:
        template["components"] = components
    return template


def _header_file(file_id: UUID, files: Mapping[UUID, OutgoingFile], media_ids: Mapping[UUID, str]) -> dict[str, Json]:
    file = files[file_id]
    kind = header_kind(file.mime)
    media: dict[str, Json] = {"id": media_ids[file_id]}
    if kind == "document" and file.name:
        media["filename"] = file.name
    return {"type": kind, kind: media}


def header_kind(mime: str) -> str:
    """The kind of a template's header by its file: `image`, `video` or `document`."""
    family = mime.partition("/")[0]
    return family if family in ("image", "video") else "document"


def _parameters(values: Sequence[TemplateValue]) -> list[Json]:
    """Numbered values in the order of their numbers; named ones carry their name."""
    if all(value.name.isascii() and value.name.isdigit() for value in values):
        ordered = sorted(values, key=lambda value: int(value.name))
        return [{"type": "text", "text": value.value} for value in ordered]
    return [{"type": "text", "parameter_name": value.name, "text": value.value} for value in values]


def _button_value(value: TemplateValue) -> dict[str, Json]:
    match value.button:
        case "url":
            parameter: dict[str, Json] = {"type": "text", "text": value.value}
        case "quick_reply":
            parameter = {"type": "payload", "payload": value.value}
        case "copy_code":
            parameter = {"type": "coupon_code", "coupon_code": value.value}
        case "flow":
            parameter = {"type": "action", "action": {"flow_token": value.value}}
        case "catalog":
            parameter = {"type": "action", "action": {"thumbnail_product_retailer_id": value.value}}
        case _:
            assert_never(value.button)
    return {"type": "button", "sub_type": value.button, "index": value.name, "parameters": [parameter]}
