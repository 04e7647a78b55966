"""What a WhatsApp message says → our content. Media are not here: they become content once their file has a row."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from threadline.channels.types.whatsapp.parties import phone_of
from threadline.channels.types.whatsapp.scalars import (
    DEPTH,
    LIST_LENGTH,
    Loose,
    clip_text,
    integer_of,
    text_of,
)
from threadline.channels.types.whatsapp.wire import Card, CardAddress, CardOrganisation, ErrorEntry, Message
from threadline.core.content import (
    CardLine,
    CardPhone,
    Choice,
    ChoiceMade,
    ContactCard,
    Contacts,
    Content,
    FormAnswer,
    Location,
    Order,
    OrderItem,
    Text,
    Unsupported,
)


def content_of(message: Message, errors: Sequence[ErrorEntry]) -> Content:
    """The content of a message that carries no file. What is unknown, or lacks its own object, is `Unsupported`.

    `errors` are those of the webhook's value: now and then they explain a message without a body.
    """
    kind = text_of(message.type) or "text"
    read = _READERS.get(kind)
    content = read(message) if read else None
    return content or _unsupported(kind, message, errors)


def _unsupported(kind: str, message: Message, errors: Sequence[ErrorEntry]) -> Unsupported:
    if message.unsupported is not None and message.unsupported.type:
        kind = text_of(message.unsupported.type)
    error = next(iter(message.errors or errors), None)
    if error is None:
        return Unsupported(type=kind)
    return Unsupported(type=kind, code=text_of(error.code), text=details_of(error) or text_of(error.title))


def details_of(error: ErrorEntry) -> str:
    """`error_data.details`; some errors carry a bare string instead of the object."""
    if error.error_data is None or isinstance(error.error_data, str | int | float | bool):
        return text_of(error.error_data)
    return text_of(error.error_data.details)


def _text(message: Message) -> Text | None:
    return Text(text=text_of(message.text.body)) if message.text is not None else None


def _location(message: Message) -> Location | None:
    body = message.location
    if body is None:
        return None
    latitude, longitude = _degrees(body.latitude, 90), _degrees(body.longitude, 180)
    if latitude is None or longitude is None:
        return None
    return Location(
        latitude=latitude,
        longitude=longitude,
        name=text_of(body.name),
        address=text_of(body.address),
        url=text_of(body.url),
    )


def _degrees(value: Loose, limit: float) -> float | None:
    try:
        degrees = float(value if value is not None else "")
    except ValueError:
        return None
    return degrees if -limit <= degrees <= limit else None


def _button(message: Message) -> ChoiceMade | None:
    body = message.button
    if body is None:
        return None
    title = text_of(body.text)
    return ChoiceMade(source="template", choice=Choice(id=text_of(body.payload) or title, title=title))


def _interactive(message: Message) -> ChoiceMade | FormAnswer | None:
    body = message.interactive
    if body is None:
        return None
    if body.button_reply is not None:
        reply = body.button_reply
        return ChoiceMade(source="button", choice=Choice(id=text_of(reply.id), title=text_of(reply.title)))
    if body.list_reply is not None:
        reply = body.list_reply
        choice = Choice(id=text_of(reply.id), title=text_of(reply.title), description=text_of(reply.description))
        return ChoiceMade(source="list", choice=choice)
    if body.nfm_reply is not None:
        form = body.nfm_reply
        return FormAnswer(
            form=text_of(form.name) or "flow", text=text_of(form.body), answers=_answers(text_of(form.response_json))
        )
    if body.call_permission_reply is not None:
        permission = body.call_permission_reply
        answers = {
            "response": text_of(permission.response),
            "is_permanent": text_of(permission.is_permanent),
            "expiration_timestamp": text_of(permission.expiration_timestamp),
            "response_source": text_of(permission.response_source),
        }
        return FormAnswer(form="call_permission", answers={name: value for name, value in answers.items() if value})
    return None


def _answers(response_json: str) -> dict[str, str]:
    """The fields of a filled form, values as text; values with parts of their own stay JSON.

    `response_json` is a JSON text inside JSON. What is no JSON object, or nests too deeply, is kept whole.
    """
    try:
        raw = msgspec.json.decode(response_json, type=dict[str, msgspec.Raw])
        answers = {clip_text(name): _answer(value) for name, value in list(raw.items())[:LIST_LENGTH]}
    except (ValueError, RecursionError):
        return {"response_json": response_json} if response_json else {}
    return answers


def _answer(value: msgspec.Raw) -> str:
    decoded: object = msgspec.json.decode(value)
    if decoded is None or isinstance(decoded, str | int | float | bool):
        return text_of(decoded).replace("\x00", "\ufffd")
    if _depth(decoded) > DEPTH:
        raise ValueError("too deep")
    return clip_text(msgspec.json.encode(decoded).decode().replace("\\u0000", "\ufffd"))


def _depth(value: object) -> int:
    """How deeply lists and objects nest, level by level; stops one beyond the limit."""
    depth, level = 0, [value]
    while level and depth <= DEPTH:
        depth += 1
        level = [inner for outer in level for inner in _parts(outer)]
    return depth


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return list(value) if isinstance(value, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _order(message: Message) -> Order | None:
    body = message.order
    if body is None:
        return None
    items = tuple(
        OrderItem(
            product_id=text_of(item.product_retailer_id),
            quantity=integer_of(item.quantity),
            price=text_of(item.item_price),
            currency=text_of(item.currency),
        )
        for item in (body.product_items or [])[:LIST_LENGTH]
    )
    return Order(catalog_id=text_of(body.catalog_id), items=items, text=text_of(body.text))


def _contacts(message: Message) -> Contacts | None:
    if not message.contacts:
        return None
    return Contacts(cards=tuple(_card(card) for card in message.contacts[:LIST_LENGTH]))


def _card(card: Card) -> ContactCard:
    phones = tuple(
        CardPhone(
            phone=text_of(phone.phone) or phone_of(phone.wa_id),
            label=text_of(phone.type),
            address_value=text_of(phone.wa_id),
        )
        for phone in (card.phones or [])[:LIST_LENGTH]
    )
    organisation = card.org or CardOrganisation()
    return ContactCard(
        name=_card_name(card, phones),
        first_name=text_of(card.name.first_name) if card.name else "",
        last_name=text_of(card.name.last_name) if card.name else "",
        organisation=text_of(organisation.company),
        title=text_of(organisation.title),
        birthday=text_of(card.birthday),
        phones=phones,
        emails=tuple(
            CardLine(value=text_of(email.email), label=text_of(email.type))
            for email in (card.emails or [])[:LIST_LENGTH]
        ),
        urls=tuple(
            CardLine(value=text_of(url.url), label=text_of(url.type)) for url in (card.urls or [])[:LIST_LENGTH]
        ),
        addresses=tuple(
            CardLine(value=_address_line(address), label=text_of(address.type))
            for address in (card.addresses or [])[:LIST_LENGTH]
        ),
    )


def _card_name(card: Card, phones: Sequence[CardPhone]) -> str:
    """The card's name; a card shared through a request button may have none, then its number stands for it."""
    if card.name is not None:
        name = text_of(card.name.formatted_name) or " ".join(
            filter(None, (text_of(card.name.first_name), text_of(card.name.last_name)))
        )
        if name:
            return name
    return phones[0].phone if phones else ""


def _address_line(address: CardAddress) -> str:
    town = " ".join(filter(None, (text_of(address.zip), text_of(address.city))))
    return ", ".join(filter(None, (text_of(address.street), town, text_of(address.state), text_of(address.country))))


_READERS: Final[dict[str, Callable[[Message], Content | None]]] = {
    "text": _text,
    "location": _location,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "contacts": _contacts,
}
