"""The phone face: a phone that a person (or a test) holds in the hand, in words that all channel types share."""

from __future__ import annotations

import math

from . import media, outcomes, templates, user_acts
from .api import Ask, Face, NotFound
from .contents import content_of, payload_of, text_of
from .graph_numbers import display_phone
from .http import Response
from .state import Conversation, Direction, Message, Number, Progress, Reading, User, conversation_key
from .wire import JSON, as_bool, as_object, as_text, objects, without_none
from .world import World

OFFERS = [
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "button",
    "list",
    "flow",
    "order",
    "unsupported",
    "edit",
    "revoke",
]
MAX_WAIT_S = 55.0
MAX_CUSTOMERS = 500
SEEN = frozenset({Progress.DELIVERED, Progress.READ, Progress.PLAYED})


def install(face: Face) -> None:
    face.on("GET", "/_phone/{number_id}", describe)
    face.on("POST", "/_phone/{number_id}/customers", add_customer)
    face.on("GET", "/_phone/{number_id}/customers/{user}/changes", changes)
    face.on("POST", "/_phone/{number_id}/customers/{user}/messages", write)
    face.on("POST", "/_phone/{number_id}/customers/{user}/read", read)
    face.on("POST", "/_phone/{number_id}/customers/{user}/online", set_online)
    face.on("POST", "/_phone/{number_id}/customers/{user}/receipts", set_receipts)
    face.on("GET", "/_phone/{number_id}/media/{media_id}", get_media)


def describe(ask: Ask) -> JSON:
    number = ask.number()
    users = ask.world.state.users
    # Whose window was opened for them, and who was never written to since, is nobody's to act as.
    shown = [
        users[item.user_key]
        for item in ask.world.state.conversations.values()
        if item.number_id == number.id and (item.cursor > 0 or users[item.user_key].reading is Reading.MANUAL)
    ]
    return {
        "business": {"name": number.verified_name, "address": display_phone(number)},
        "customers": [show_customer(user) for user in shown[-MAX_CUSTOMERS:]],
        "offers": OFFERS,
    }


def show_customer(user: User) -> JSON:
    return {
        "id": user.key,
        "name": user.name,
        "phone": f"+{user.phone}",
        "online": user.is_online,
        "receipts": user.has_receipts,
    }


def add_customer(ask: Ask) -> JSON:
    """A new customer with this name; the same phone gives the same customer again. The phone never reads by itself."""
    world, number, body = ask.world, ask.number(), ask.body
    name = as_text(body.get("name")) or "Customer"
    phone = "".join(char for char in as_text(body.get("phone")) or "" if char.isdigit())
    return show_customer(make_customer(world, number, name=name, phone=phone))


def make_customer(world: World, number: Number, *, name: str, phone: str = "") -> User:
    user = world.users_by_phone.get(phone) if phone else None
    if user is None:
        user = world.add_user(phone or _free_phone(world), name)
    user.name, user.reading, user.is_on_whatsapp = name, Reading.MANUAL, True
    world.conversation(number, user)
    return user


def _free_phone(world: World) -> str:
    """From the range that is reserved for fiction (+44 7700 900xxx), longer once it is used up."""
    for position in range(1000):
        phone = f"447700900{position:03d}"
        if phone not in world.users_by_phone:
            return phone
    return "4477009" + world.mint.digits(6)


async def changes(ask: Ask) -> JSON:
    """Everything that changed in the conversation since the cursor; waits up to `wait_s` for the first change."""
    world, number, user = ask.world, ask.number(), ask.user()
    conversation = world.conversation(number, user)
    after_text = ask.query.get("after", "0")
    after = int(after_text) if after_text.isdigit() else 0
    if after > conversation.cursor:
        after = 0
    try:
        wait_s = float(ask.query.get("wait_s", "0"))
    except ValueError:
        wait_s = 0.0
    wait_s = min(max(wait_s, 0.0), MAX_WAIT_S) if math.isfinite(wait_s) else 0.0
    if after == conversation.cursor and wait_s > 0:
        await world.wait_for_change(conversation, wait_s)
    return _state_of(world, number, conversation, user, after)


def _state_of(world: World, number: Number, conversation: Conversation, user: User, after: int) -> JSON:
    thread = world.threads.get(conversation_key(number.id, user.key), [])
    changed = [world.messages[key] for key in thread if world.messages[key].cursor > after]
    return {
        "cursor": str(conversation.cursor),
        "customer": show_customer(user),
        "typing": conversation.typing_until > world.now(),
        "messages": [show_message(world, message) for message in changed if _is_visible(message)],
    }


def _is_visible(message: Message) -> bool:
    """A reaction sits on its message; what has not arrived (or never will) is not on the phone."""
    if message.type in {"reaction", "pin"}:
        return False
    return message.direction is not Direction.INCOMING or message.progress in SEEN


def show_message(world: World, message: Message) -> JSON:
    is_from_business = message.direction is not Direction.OUTGOING
    content = content_of(message)
    shown: JSON = {
        "id": message.id,
        "direction": "incoming" if is_from_business else "outgoing",
        "kind": "voice" if message.type == "audio" and message.is_voice else message.type,
        "at": message.at,
        "status": _status(message),
        "reactions": [{"by": who, "emoji": emoji} for who, emoji in message.reactions.items()],
    }
    if message.quoted_id is not None:
        quoted = world.messages.get(message.quoted_id)
        shown["quoted"] = {"id": message.quoted_id, "text": text_of(quoted) if quoted is not None else None}
    shown |= _shown_content(world, message, content)
    return without_none(**shown)


def _status(message: Message) -> str:
    match message.progress:
        case Progress.READ | Progress.PLAYED:
            return "read"
        case Progress.DELIVERED:
            return "delivered"
        case _:
            return "sent"


def _shown_content(world: World, message: Message, content: JSON) -> JSON:
    match message.type:
        case "text":
            return {"text": content.get("body")}
        case "image" | "video" | "audio" | "document" | "sticker":
            return {"caption": content.get("caption"), "media": _shown_media(world, message, content)}
        case "location":
            return {"location": content}
        case "contacts":
            return {"contacts": payload_of(message).get("contacts")}
        case "interactive":
            return _shown_interactive(content)
        case "template":
            template = world.state.templates.get(str(message.template_id))
            shown = templates.render(template, content) if template is not None else {"name": content.get("name")}
            return {"template": shown, "buttons": shown.get("buttons")}
        case "button":
            return {"text": content.get("text")}
        case "order":
            return {"order": content}
        case "edit":
            return {"text": (as_object((as_object(content.get("message")) or {}).get("text")) or {}).get("body")}
        case _:
            return {}


def _shown_media(world: World, message: Message, content: JSON) -> JSON:
    item = world.state.media.get(str(message.media_id or content.get("id") or ""))
    if item is None:
        return without_none(url=as_text(content.get("link")), mime=None, name=as_text(content.get("filename")))
    return {
        "url": f"/_phone/{message.number_id}/media/{item.id}",
        "mime": item.mime,
        "name": as_text(content.get("filename")) or item.name,
        "size": item.size_bytes,
    }


def _shown_interactive(content: JSON) -> JSON:
    """What the business offers, or what the customer chose."""
    kind = as_text(content.get("type")) or "interactive"
    for answer in ("button_reply", "list_reply"):
        if kind == answer:
            chosen = as_object(content.get(answer)) or {}
            return {
                "kind": "button" if answer == "button_reply" else "list",
                "text": chosen.get("title"),
                "reply": chosen,
            }
    if kind in {"nfm_reply", "call_permission_reply"}:
        return {"kind": kind, "text": (as_object(content.get(kind)) or {}).get("body")}
    action = as_object(content.get("action")) or {}
    parameters = as_object(action.get("parameters")) or {}
    shown: JSON = {
        "kind": "buttons" if kind == "button" else kind,
        "text": (as_object(content.get("body")) or {}).get("text"),
        "header": as_object(content.get("header")),
        "footer": (as_object(content.get("footer")) or {}).get("text"),
        "url": parameters.get("url"),
    }
    if kind == "button":
        replies = [as_object(button.get("reply")) or {} for button in objects(action.get("buttons"))]
        shown["buttons"] = [{"id": reply.get("id"), "title": reply.get("title")} for reply in replies]
    elif kind == "list":
        shown["list"] = {"button": action.get("button"), "sections": objects(action.get("sections"))}
    elif parameters.get("display_text") or parameters.get("flow_cta"):
        shown["buttons"] = [{"id": kind, "title": parameters.get("display_text") or parameters.get("flow_cta")}]
    return shown


def write(ask: Ask) -> JSON:
    """The customer sends; a message to a business that blocked this customer is sent and never arrives."""
    number, user = ask.number(), ask.user()
    if not user.is_online:
        outcomes.set_online(ask.world, user, is_online=True)
    message = user_acts.write(ask.world, number, user, ask.body)
    if message is None:
        return {"status": "sent", "kind": ask.body.get("kind"), "direction": "outgoing"}
    return show_message(ask.world, message)


def read(ask: Ask) -> JSON:
    return {"read": outcomes.read_chat(ask.world, ask.number(), ask.user())}


def set_online(ask: Ask) -> JSON:
    user = ask.user()
    outcomes.set_online(ask.world, user, is_online=as_bool(ask.body.get("online")))
    ask.world.touch_conversation(ask.world.conversation(ask.number(), user))
    return show_customer(user)


def set_receipts(ask: Ask) -> JSON:
    user = ask.user()
    user.has_receipts = as_bool(ask.body.get("receipts", ask.body.get("on")))
    ask.world.touch_conversation(ask.world.conversation(ask.number(), user))
    return show_customer(user)


def get_media(ask: Ask) -> Response:
    item = media.find(ask.world, ask.path["media_id"])
    content = ask.world.store.get(item.id) if item is not None else None
    if item is None or content is None:
        raise NotFound("There is no such medium.")
    return Response(200, content, item.mime)
