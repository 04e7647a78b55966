"""Limits of what may be sent: lengths, counts, required keys – refused one above (whatsapp.md §3.2–§3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import GraphError, invalid, missing
from .wire import JSON, as_list, as_number, as_object, as_text, objects

KINDS = frozenset(
    {
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "reaction",
        "contacts",
        "interactive",
        "template",
        "pin",
    }
)
MEDIA_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})
EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿⬀-⯿️‍]")


def check_content(kind: str, payload: JSON) -> None:
    """Raise what the provider answers when the content of this type is incomplete, too long or too many."""
    if kind not in KINDS:
        raise GraphError(131051, f"Message type {kind} is not supported.")
    if kind == "contacts":
        check_contacts(payload)
        return
    content = as_object(payload.get(kind))
    if content is None:
        raise missing(f"The parameter {kind} is required.")
    match kind:
        case "text":
            _text(content, "body", "text.body", 4096)
        case "image" | "video" | "document":
            _optional(content, "caption", f"{kind}.caption", 1024)
        case "audio" | "sticker":
            if "caption" in content:
                raise GraphError(100, f"Unexpected key 'caption' on param '{kind}'.")
        case "location":
            check_location(content)
        case "reaction":
            check_reaction(content)
        case "interactive":
            check_interactive(content)
        case "template":
            check_template_shape(content)
        case _:
            _text(content, "message_id", f"{kind}.message_id", 512)


def check_location(content: JSON) -> None:
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        if content.get(name) is None:
            raise missing(f"location.{name} is required")
        value = as_number(content[name])
        if value is None or abs(value) > limit:
            raise invalid(f"location.{name} is not valid")


def check_reaction(content: JSON) -> None:
    _text(content, "message_id", "reaction.message_id", 512)
    emoji = content.get("emoji")
    if emoji is not None and (not isinstance(emoji, str) or len(emoji) > 16 or (emoji and emoji.isascii())):
        raise invalid("reaction.emoji is not an emoji")


def check_contacts(payload: JSON) -> None:
    contacts = as_list(payload.get("contacts"))
    if not contacts:
        raise missing("The parameter contacts is required.")
    if len(contacts) > 257:
        raise invalid("contacts: at most 257 contacts can be sent")
    for contact in contacts:
        name = as_object((as_object(contact) or {}).get("name"))
        if name is None or not as_text(name.get("formatted_name")):
            raise missing("contacts.name.formatted_name is required")
        parts = ("first_name", "last_name", "middle_name", "suffix", "prefix")
        if not any(as_text(name.get(part)) for part in parts):
            raise invalid("contacts.name needs one more part beside formatted_name")


def check_interactive(content: JSON) -> None:
    kind = as_text(content.get("type"))
    if kind is None:
        raise missing("interactive.type is required")
    check = INTERACTIVE.get(kind)
    if check is None:
        raise invalid(f"interactive.type {kind} is not valid")
    action = as_object(content.get("action"))
    if action is None:
        raise missing("interactive.action is required")
    if kind == "carousel" and ("header" in content or "footer" in content):
        raise invalid("interactive: a carousel has no header and no footer of its own")
    _check_header(content, kind)
    body_limit = 4096 if kind == "list" else 1024
    if kind == "catalog_message" or kind in BODY_REQUIRED:
        body = as_object(content.get("body"))
        if body is None:
            raise missing("interactive.body.text is required")
        _text(body, "text", "interactive.body.text", body_limit)
    footer = as_object(content.get("footer"))
    if footer is not None:
        _text(footer, "text", "interactive.footer.text", 60)
    check(content, action)


def _check_header(content: JSON, kind: str) -> None:
    if content.get("header") is None:
        return
    header = as_object(content["header"]) or {}
    header_kind = as_text(header.get("type"))
    if header_kind == "text":
        _text(header, "text", "interactive.header.text", 60)
    elif header_kind in {"image", "video", "document"}:
        if kind in {"list", "product_list"}:
            raise invalid("interactive.header.type must be text")
        if as_object(header.get(header_kind)) is None:
            raise missing(f"interactive.header.{header_kind} is required")
    else:
        raise invalid("interactive.header.type is not valid")


def _buttons(_: JSON, action: JSON) -> None:
    buttons = objects(action.get("buttons"))
    if not buttons:
        raise missing("interactive.action.buttons is required")
    if len(buttons) > 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    ids: list[str] = []
    titles: list[str] = []
    for button in buttons:
        if button.get("type") != "reply":
            raise invalid("interactive.action.buttons.type must be reply")
        reply = as_object(button.get("reply"))
        if reply is None:
            raise missing("interactive.action.buttons.reply is required")
        ids.append(_text(reply, "id", "interactive.action.buttons.reply.id", 256))
        titles.append(_text(reply, "title", "interactive.action.buttons.reply.title", 20))
    if len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
        raise invalid("interactive.action.buttons: ids and titles must be unique")


def _list(_: JSON, action: JSON) -> None:
    _text(action, "button", "interactive.action.button", 20)
    sections = objects(action.get("sections"))
    if not sections:
        raise missing("interactive.action.sections is required")
    if len(sections) > 10:
        raise invalid("interactive.action.sections: at most 10 sections")
    ids: list[str] = []
    for section in sections:
        if len(sections) > 1 and not as_text(section.get("title")):
            raise missing("interactive.action.sections.title is required")
        _optional(section, "title", "interactive.action.sections.title", 24)
        rows = objects(section.get("rows"))
        if not rows:
            raise missing("interactive.action.sections.rows is required")
        for row in rows:
            ids.append(_text(row, "id", "interactive.action.sections.rows.id", 200))
            _text(row, "title", "interactive.action.sections.rows.title", 24)
            _optional(row, "description", "interactive.action.sections.rows.description", 72)
    if len(ids) > 10:
        raise invalid("Total row count exceed max allowed count: 10")
    if len(set(ids)) < len(ids):
        raise invalid("interactive.action.sections.rows: duplicate row ids")


def _cta_url(_: JSON, action: JSON) -> None:
    parameters = _parameters(action, "cta_url")
    _text(parameters, "display_text", "interactive.action.parameters.display_text", 20)
    _url(parameters, "url")


def _named(name: str) -> Callable[[JSON, JSON], None]:
    def check(_: JSON, action: JSON) -> None:
        if action.get("name") != name:
            raise invalid(f"interactive.action.name must be {name}")

    return check


def _flow(_: JSON, action: JSON) -> None:
    parameters = _parameters(action, "flow")
    _text(parameters, "flow_message_version", "flow_message_version", 10)
    if not as_text(parameters.get("flow_id")) and not as_text(parameters.get("flow_name")):
        raise missing("interactive.action.parameters.flow_id is required")
    cta = _text(parameters, "flow_cta", "interactive.action.parameters.flow_cta", 20)
    if EMOJI.search(cta):
        raise invalid("interactive.action.parameters.flow_cta must not contain emoji")
    if parameters.get("mode", "published") not in {"draft", "published"}:
        raise invalid("interactive.action.parameters.mode is not valid")
    if parameters.get("flow_action", "navigate") not in {"navigate", "data_exchange"}:
        raise invalid("interactive.action.parameters.flow_action is not valid")


def _product(_: JSON, action: JSON) -> None:
    _text(action, "catalog_id", "interactive.action.catalog_id", 256)
    _text(action, "product_retailer_id", "interactive.action.product_retailer_id", 256)


def _product_list(content: JSON, action: JSON) -> None:
    if content.get("header") is None:
        raise missing("interactive.header is required")
    _text(action, "catalog_id", "interactive.action.catalog_id", 256)
    sections = objects(action.get("sections"))
    if not sections:
        raise missing("interactive.action.sections is required")
    if len(sections) > 10:
        raise invalid("interactive.action.sections: at most 10 sections")
    count = 0
    for section in sections:
        if len(sections) > 1 and not as_text(section.get("title")):
            raise missing("interactive.action.sections.title is required")
        _optional(section, "title", "interactive.action.sections.title", 24)
        items = objects(section.get("product_items"))
        if not items:
            raise missing("interactive.action.sections.product_items is required")
        for item in items:
            _text(item, "product_retailer_id", "product_retailer_id", 256)
        count += len(items)
    if count > 30:
        raise invalid("interactive.action.sections: at most 30 products")


def _carousel(_: JSON, action: JSON) -> None:
    cards = objects(action.get("cards"))
    if not 2 <= len(cards) <= 10:
        raise invalid("interactive.action.cards: 2 to 10 cards")
    shapes: set[tuple[object, ...]] = set()
    for position, card in enumerate(cards):
        if card.get("card_index") != position:
            raise invalid("interactive.action.cards.card_index must count from 0")
        shapes.add(_check_card(card))
    if len(shapes) > 1:
        raise invalid("interactive.action.cards: all cards must have the same shape")


def _check_card(card: JSON) -> tuple[object, ...]:
    """Checks one card; returns what must be alike on all cards."""
    kind = card.get("type")
    action = as_object(card.get("action"))
    if action is None:
        raise missing("interactive.action.cards.action is required")
    if kind == "product":
        _product({}, action)
        return (kind, action["catalog_id"])
    header = as_object(card.get("header"))
    if header is None or header.get("type") not in {"image", "video"}:
        raise missing("interactive.action.cards.header needs an image or a video")
    body = as_object(card.get("body"))
    if body is not None:
        text = _text(body, "text", "interactive.action.cards.body.text", 160)
        if text.count("\n") > 2:
            raise invalid("interactive.action.cards.body.text: at most 2 line breaks")
    buttons = objects(action.get("buttons"))
    if buttons:
        for button in buttons:
            reply = as_object(button.get("quick_reply")) or {}
            _text(reply, "id", "interactive.action.cards.action.buttons.quick_reply.id", 20)
            _text(reply, "title", "interactive.action.cards.action.buttons.quick_reply.title", 20)
    else:
        _cta_url({}, action)
    return (kind, header["type"], body is not None, len(buttons))


def _voice_call(_: JSON, action: JSON) -> None:
    if action.get("name") != "voice_call":
        raise invalid("interactive.action.name must be voice_call")
    _optional(as_object(action.get("parameters")) or {}, "display_text", "display_text", 20)


def _address(_: JSON, action: JSON) -> None:
    parameters = _parameters(action, "address_message")
    if parameters.get("country") != "IN":
        raise invalid("address_message is available in India only")


def _order_details(_: JSON, action: JSON) -> None:
    parameters = _parameters(action, "review_and_pay")
    _text(parameters, "reference_id", "interactive.action.parameters.reference_id", 35)
    for name in ("currency", "total_amount", "order", "type"):
        if name not in parameters:
            raise missing(f"interactive.action.parameters.{name} is required")


def _order_status(_: JSON, action: JSON) -> None:
    parameters = _parameters(action, "review_order")
    _text(parameters, "reference_id", "interactive.action.parameters.reference_id", 35)
    order = as_object(parameters.get("order")) or {}
    if order.get("status") not in {"pending", "processing", "partially_shipped", "shipped", "completed", "canceled"}:
        raise invalid("interactive.action.parameters.order.status is not valid")


INTERACTIVE: dict[str, Callable[[JSON, JSON], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
    "flow": _flow,
    "product": _product,
    "product_list": _product_list,
    "catalog_message": _named("catalog_message"),
    "carousel": _carousel,
    "address_message": _address,
    "voice_call": _voice_call,
    "call_permission_request": _named("call_permission_request"),
    "order_details": _order_details,
    "order_status": _order_status,
}
BODY_REQUIRED = frozenset(INTERACTIVE) - {"product", "call_permission_request"}


def check_template_shape(content: JSON) -> None:
    _text(content, "name", "template.name", 512)
    language = as_object(content.get("language"))
    if language is None:
        raise missing("template.language is required")
    _text(language, "code", "template.language.code", 20)
    if content.get("components") is not None and as_list(content["components"]) is None:
        raise invalid("template.components must be a list")


def _parameters(action: JSON, name: str) -> JSON:
    if action.get("name") != name:
        raise invalid(f"interactive.action.name must be {name}")
    parameters = as_object(action.get("parameters"))
    if parameters is None:
        raise missing("interactive.action.parameters is required")
    return parameters


def _url(parameters: JSON, name: str) -> None:
    url = _text(parameters, name, f"interactive.action.parameters.{name}", 2000)
    if not re.match(r"https?://\S+$", url):
        raise invalid(f"interactive.action.parameters.{name} is not a valid URL")


def _text(content: JSON, key: str, name: str, limit: int) -> str:
    """A text that must be there and not longer than the limit."""
    value = content.get(key)
    if value is None or value == "":
        raise missing(f"The parameter {name} is required.")
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    if len(value) > limit:
        raise GraphError(100, f"Param {name} must be at most {limit} characters long.")
    return value


def _optional(content: JSON, key: str, name: str, limit: int) -> None:
    if content.get(key) is not None:
        _text(content, key, name, limit)
