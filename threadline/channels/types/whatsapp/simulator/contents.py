"""Reading a stored message: its payload, the object of its type, the words a quote of it shows."""

from __future__ import annotations

import msgspec

from .state import Message
from .wire import JSON, as_object, as_text


def content_of(message: Message) -> JSON:
    """The object of the message's type inside its payload."""
    payload = payload_of(message)
    return as_object(payload.get(message.type)) or {}


def payload_of(message: Message) -> JSON:
    return as_object(msgspec.json.decode(message.payload)) or {}


def text_of(message: Message) -> str | None:
    """What a quote of this message shows."""
    content = content_of(message)
    body = as_object(content.get("body")) or {}
    return (
        as_text(content.get("body"))
        or as_text(body.get("text"))
        or as_text(content.get("caption"))
        or as_text(content.get("text"))
        or as_text(content.get("name"))
    )
