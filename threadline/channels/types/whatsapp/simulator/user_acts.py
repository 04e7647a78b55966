"""What a WhatsApp user does: write, answer, react, change number, take a username, block, stop marketing, call."""

from __future__ import annotations

import msgspec

from . import hooks, ids, media, outcomes, templates
from .contents import payload_of
from .errors import GraphError, invalid, missing, status_error
from .state import Call, Conversation, Direction, Message, Number, Progress, User
from .wire import JSON, as_bool, as_list, as_number, as_object, as_text, objects, without_none
from .world import World

DEFAULT_MIMES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/ogg; codecs=opus",
    "document": "application/pdf",
    "sticker": "image/webp",
}
EDIT_S = 15 * 60.0
REVOKE_S = 2 * 86400.0
UNSUPPORTED = frozenset(
    {"button", "edit", "errors", "gif", "group_invite", "hsm", "image", "interactive", "keep_in_chat",
     "link_preview", "list", "location", "media_placeholder", "order", "pin", "poll_creation", "poll_update",
     "product", "reaction"}
)  # fmt: skip


def write(world: World, number: Number, user: User, act: JSON) -> Message | None:
    """The user sends something: `{kind, text?, media?, …, quoted?, forwarded?, referral?}`.

    Answers to buttons, lists and flows are checked against what the business offered. Returns the stored message, or
    None when the business blocked this user and never hears of it.
    """
    if number.status not in {"CONNECTED", "FLAGGED", "RATE_LIMITED", "RESTRICTED"} or not number.is_registered:
        raise invalid("This number cannot receive messages.")
    kind = as_text(act.get("kind")) or "text"
    conversation = world.conversation(number, user)
    item_type, fields, notes = _content(world, number, user, kind, act)
    item: JSON = {
        **hooks.origin(world, number, conversation, user),
        "id": world.mint.wamid(user.phone),
        "timestamp": str(int(world.now())),
        "type": item_type,
        **fields,
    }
    _add_context(world, number, item, act, kind)
    referral = as_object(act.get("referral"))
    if referral is not None:
        item["referral"] = referral
    message = Message(
        id=str(item["id"]),
        seq=world.next_sequence(),
        number_id=number.id,
        user_key=user.key,
        direction=Direction.OUTGOING,
        type=item_type,
        payload=msgspec.Raw(msgspec.json.encode(item)),
        at=world.now(),
        progress=Progress.SENT,
        quoted_id=as_text((as_object(item.get("context")) or {}).get("id")),
        media_id=as_text(notes.get("media_id")),
        is_voice=as_bool(notes.get("voice")),
    )
    if user.key in number.blocked:
        return None
    if number.rate_per_s > 0 and world.knobs.incoming_uses_throughput:
        world.rates[number.id].take(world.now(), number.rate_per_s)  # in and out share the number's throughput
    _open_window(world, number, conversation, user, kind, has_referral=referral is not None)
    world.add_message(message)
    hooks.emit_messages(world, number, conversation, user, item)
    return message


def _open_window(
    world: World, number: Number, conversation: Conversation, user: User, kind: str, *, has_referral: bool
) -> None:
    if kind != "reaction" or world.knobs.reaction_opens_window:
        conversation.window_from = world.now()
    if not user.hides_phone or world.shows_phone(user, number, conversation):
        conversation.phone_seen_at = world.now()
    if has_referral:
        conversation.referral_at = world.now()


def _add_context(world: World, number: Number, item: JSON, act: JSON, kind: str) -> None:
    context: JSON = as_object(item.get("context")) or {}
    quoted_id = as_text(act.get("message_id")) if kind not in {"reaction", "edit", "revoke"} else None
    if quoted_id is not None and "id" not in context:
        if quoted_id not in world.messages:
            raise invalid("The quoted message does not exist.")
        context |= {"from": _author(world, number, quoted_id), "id": quoted_id}
    if as_bool(act.get("frequently_forwarded")):
        context["frequently_forwarded"] = True
    elif as_bool(act.get("forwarded")):
        context["forwarded"] = True
    product = as_object(act.get("referred_product"))
    if product is not None:
        context |= {"from": number.phone, "referred_product": product}
    if context:
        item["context"] = context


def _author(world: World, number: Number, message_id: str) -> str:
    message = world.messages[message_id]
    return world.state.users[message.user_key].phone if message.direction is Direction.OUTGOING else number.phone


def _content(world: World, number: Number, user: User, kind: str, act: JSON) -> tuple[str, JSON, JSON]:
    """(type, fields of the item, notes of ours) for one kind of message."""
    raw = as_object(act.get("content")) or {}
    match kind:
        case "text":
            text = as_text(act.get("text")) or as_text(raw.get("body")) or ""
            if not 1 <= len(text) <= 4096:
                raise invalid("A text has 1 to 4096 characters.")
            return "text", {"text": {"body": text}}, {}
        case "image" | "video" | "audio" | "document" | "sticker" | "voice":
            return _media(world, number, "audio" if kind == "voice" else kind, act, is_voice=kind == "voice")
        case "location":
            return "location", {"location": _location(as_object(act.get("location")) or raw)}, {}
        case "contacts":
            contacts = as_list(act.get("contacts")) or as_list(raw.get("contacts"))
            if not contacts:
                raise missing("contacts is required")
            return "contacts", {"contacts": contacts}, {}
        case "reaction":
            return "reaction", {"reaction": _reaction(world, user, act)}, {}
        case "button":
            return _button(world, number, user, act)
        case "list":
            return _list_answer(world, number, user, act)
        case "flow" | "address":
            return _form_answer(world, number, user, kind, act)
        case "call_permission":
            return _call_permission(world, number, user, act)
        case "order":
            order = as_object(act.get("order")) or raw
            if not objects(order.get("product_items")) or not as_text(order.get("catalog_id")):
                raise missing("order needs a catalog_id and product_items")
            return "order", {"order": {"text": "", **order}}, {}
        case "unsupported":
            return _unsupported(as_text(act.get("sub_type")) or "poll_creation")
        case "edit" | "revoke":
            return _change_message(world, number, user, kind, act)
        case "too_large":
            return "unsupported", {"unsupported": {"type": "media_placeholder"}, "errors": [status_error(131052)]}, {}
        case _:
            raise invalid(f"A phone cannot send {kind}.")


def _media(world: World, number: Number, kind: str, act: JSON, *, is_voice: bool) -> tuple[str, JSON, JSON]:
    source = dict(as_object(act.get("media")) or {})
    if is_voice:
        source["voice"] = True
    item = media.receive(world, number, source, DEFAULT_MIMES[kind])
    if item.size_bytes > media.INBOUND_MAX_BYTES:
        return "unsupported", {"unsupported": {"type": kind}, "errors": [status_error(131052)]}, {}
    caption = as_text(act.get("caption")) or as_text(act.get("text"))
    value = media.inbound_object(world, number, kind, item, source, caption)
    return kind, {kind: value}, {"media_id": item.id, "voice": source.get("voice")}


def _location(value: JSON) -> JSON:
    latitude, longitude = as_number(value.get("latitude")), as_number(value.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise invalid("A location needs a latitude and a longitude.")
    return without_none(
        latitude=latitude,
        longitude=longitude,
        name=value.get("name"),
        address=value.get("address"),
        url=value.get("url"),
    )


def _reaction(world: World, user: User, act: JSON) -> JSON:
    target = world.messages.get(str(act.get("message_id")))
    if target is None or target.user_key != user.key or target.type == "reaction":
        raise invalid("The message to react to does not exist.")
    emoji = as_text(act.get("emoji")) or ""
    if emoji:
        target.reactions["customer"] = emoji
    else:
        target.reactions.pop("customer", None)
    world.touch(target)
    value: JSON = {"message_id": target.id}
    if emoji or world.knobs.removed_reaction_has_empty_emoji:
        value["emoji"] = emoji
    return value


def _offer(world: World, number: Number, user: User, act: JSON, wanted: frozenset[str]) -> tuple[Message, JSON]:
    """The business's message that is answered, and its `interactive` or `template` object."""
    message = world.messages.get(str(act.get("message_id")))
    if (
        message is None
        or message.direction is not Direction.INCOMING
        or message.user_key != user.key
        or message.number_id != number.id
        or message.progress in {Progress.FAILED, Progress.EXPIRED}
    ):
        raise invalid("The message that is answered was not sent to this user.")
    payload = payload_of(message)
    content = as_object(payload.get(message.type)) or {}
    kind = message.type if message.type == "template" else as_text(content.get("type"))
    if kind not in wanted:
        raise invalid("The message that is answered does not offer this answer.")
    return message, content


def _button(world: World, number: Number, user: User, act: JSON) -> tuple[str, JSON, JSON]:
    message, content = _offer(world, number, user, act, frozenset({"button", "template", "carousel"}))
    reply = as_object(act.get("reply")) or {}
    wanted = str(reply.get("id", ""))
    context = {"context": {"from": number.phone, "id": message.id}}
    if message.type == "template":
        template = world.state.templates[str(message.template_id)]
        chosen = templates.quick_reply(template, content, int(wanted)) if wanted.isdigit() else None
        if chosen is None:
            raise invalid("The template has no such quick reply.")
        where = {} if world.knobs.quick_reply_without_context else context
        return "button", {**where, "button": {"payload": chosen[0], "text": chosen[1]}}, {}
    action = as_object(content.get("action")) or {}
    replies = [as_object(button.get("reply")) or {} for button in objects(action.get("buttons"))]
    for card in objects(action.get("cards")):
        buttons = objects((as_object(card.get("action")) or {}).get("buttons"))
        replies += [as_object(button.get("quick_reply")) or {} for button in buttons]
    offered = next((reply for reply in replies if reply.get("id") == wanted), None)
    if offered is None:
        raise invalid("The message has no such button.")
    answer = {"type": "button_reply", "button_reply": {"id": offered["id"], "title": offered["title"]}}
    return "interactive", {**context, "interactive": answer}, {}


def _list_answer(world: World, number: Number, user: User, act: JSON) -> tuple[str, JSON, JSON]:
    message, content = _offer(world, number, user, act, frozenset({"list"}))
    wanted = (as_object(act.get("reply")) or {}).get("id")
    for section in objects((as_object(content.get("action")) or {}).get("sections")):
        for row in objects(section.get("rows")):
            if row.get("id") == wanted:
                chosen = without_none(id=row["id"], title=row["title"], description=row.get("description"))
                answer = {"type": "list_reply", "list_reply": chosen}
                return "interactive", {"context": {"from": number.phone, "id": message.id}, "interactive": answer}, {}
    raise invalid("The list has no such row.")


def _form_answer(world: World, number: Number, user: User, kind: str, act: JSON) -> tuple[str, JSON, JSON]:
    wanted = frozenset({"flow", "template"}) if kind == "flow" else frozenset({"address_message"})
    message, content = _offer(world, number, user, act, wanted)
    response = dict(as_object(act.get("response")) or {})
    parameters = as_object((as_object(content.get("action")) or {}).get("parameters")) or {}
    if kind == "flow" and "flow_token" not in response:
        response = {"flow_token": parameters.get("flow_token", "unused"), **response}
    reply = {
        "name": "flow" if kind == "flow" else "address_message",
        "body": as_text(act.get("text")) or "Sent",
        "response_json": msgspec.json.encode(response).decode(),
    }
    answer = {"type": "nfm_reply", "nfm_reply": reply}
    return "interactive", {"context": {"from": number.phone, "id": message.id}, "interactive": answer}, {}


def _call_permission(world: World, number: Number, user: User, act: JSON) -> tuple[str, JSON, JSON]:
    message, _ = _offer(world, number, user, act, frozenset({"call_permission_request"}))
    is_accepted = act.get("response") != "reject"
    is_permanent = as_bool(act.get("is_permanent"))
    until = world.now() + 7 * 86400
    conversation = world.conversation(number, user)
    conversation.call_permission = ("permanent" if is_permanent else "temporary") if is_accepted else "no_permission"
    conversation.call_permission_until = until if is_accepted and not is_permanent else None
    reply = without_none(
        response="accept" if is_accepted else "reject",
        is_permanent=is_permanent,
        expiration_timestamp=int(until) if is_accepted and not is_permanent else None,
        response_source=as_text(act.get("response_source")) or "user_action",
    )
    answer = {"type": "call_permission_reply", "call_permission_reply": reply}
    return "interactive", {"context": {"from": number.phone, "id": message.id}, "interactive": answer}, {}


def _unsupported(sub_type: str) -> tuple[str, JSON, JSON]:
    if sub_type not in UNSUPPORTED:
        raise invalid(f"{sub_type} is no unsupported kind.")
    return "unsupported", {"unsupported": {"type": sub_type}, "errors": [status_error(131051)]}, {}


def _change_message(world: World, number: Number, user: User, kind: str, act: JSON) -> tuple[str, JSON, JSON]:
    """Edit and delete reach only coexistence numbers; elsewhere an edit is `unsupported`, a deletion not seen."""
    original = world.messages.get(str(act.get("message_id")))
    if original is None or original.user_key != user.key or original.direction is not Direction.OUTGOING:
        raise invalid("The message to change is not one of this user.")
    if world.now() - original.at > (EDIT_S if kind == "edit" else REVOKE_S):
        raise invalid("It is too late to change this message.")
    if not number.is_coexistence:
        if kind == "revoke":
            raise invalid("A deletion is not told to this number.")
        return _unsupported("edit")
    if kind == "revoke":
        return "revoke", {"revoke": {"original_message_id": original.id}}, {}
    message: JSON = {"type": "text", "text": {"body": as_text(act.get("text")) or ""}}
    return "edit", {"edit": {"original_message_id": original.id, "message": message}}, {}


# the user's own affairs


def change_number(world: World, user: User, phone: str | None) -> None:
    """A new number brings a new business-scoped id; every number the user talked to gets a `system` message."""
    if phone is not None and phone in world.users_by_phone:
        raise invalid("This phone number belongs to another user.")
    old_phone = user.phone
    user.phone = phone or "".join(reversed(user.phone))
    world.users_by_phone.pop(old_phone, None)
    user.country = ids.country_of(user.phone)
    user.old_bsuids = dict(user.bsuids)
    user.bsuids.clear()
    user.identity_hash = ids.identity_hash(user.key, user.phone)
    world.index_user(user)
    for conversation in [item for item in world.state.conversations.values() if item.user_key == user.key]:
        number = world.state.numbers[conversation.number_id]
        _tell_change(world, number, conversation, user, old_phone, is_shareable=phone is not None)


def _tell_change(
    world: World, number: Number, conversation: Conversation, user: User, old_phone: str, *, is_shareable: bool
) -> None:
    portfolio = world.portfolio_of_number(number)
    new_id, old_id = world.bsuid(user, portfolio), user.old_bsuids.get(portfolio.id)
    shows = is_shareable and world.shows_phone(user, number, conversation)
    body = (
        f"User {user.name} changed from {old_phone} to {user.phone}" if shows else f"User {user.name} changed user id"
    )
    item = without_none(
        **{"from": old_phone if shows else None},
        id=world.mint.wamid(old_phone),
        timestamp=str(int(world.now())),
        type="system",
        system=without_none(
            type="user_changed_number" if shows else "user_changed_user_id",
            body=body,
            wa_id=user.phone if shows else None,
            user_id=new_id,
            previous_user_id=old_id,
            parent_user_id=user.parent_bsuid,
        ),
    )
    hooks.emit_messages(world, number, conversation, user, item, has_contact=False)


def change_identity(world: World, user: User) -> None:
    """A reinstalled phone: the identity key changes, and numbers that check it are told (legacy system message)."""
    user.identity_hash = ids.identity_hash(user.key, user.phone, world.mint.counter)
    for conversation in [item for item in world.state.conversations.values() if item.user_key == user.key]:
        number = world.state.numbers[conversation.number_id]
        if not number.checks_identity:
            continue
        item: JSON = {
            **hooks.origin(world, number, conversation, user),
            "id": world.mint.wamid(user.phone),
            "timestamp": str(int(world.now())),
            "type": "system",
            "system": {
                "type": "customer_identity_changed",
                "body": f"User {user.name} changed identity",
                "identity": user.identity_hash,
                "customer": user.phone,
            },
            "identity": {
                "acknowledged": True,
                "created_timestamp": str(int(world.now())),
                "hash": user.identity_hash,
            },
        }
        hooks.emit_messages(world, number, conversation, user, item)


def set_username(user: User, username: str | None, *, hides_phone: bool) -> None:
    user.username = username
    user.hides_phone = username is not None and hides_phone


def block(user: User, number: Number, *, is_blocked: bool, is_reported: bool) -> None:
    """Blocking stops delivery; a report lowers the number's quality."""
    if is_blocked:
        user.blocks.add(number.id)
    else:
        user.blocks.discard(number.id)
    if is_reported:
        number.quality = {"GREEN": "YELLOW", "YELLOW": "RED"}.get(number.quality, "RED")


def set_marketing(world: World, user: User, number: Number, value: str, signup_id: str | None = None) -> None:
    """The user stops, resumes or signs up for marketing; told by `user_preferences`."""
    if value not in {"stop", "resume", "signup"}:
        raise invalid("value is stop, resume or signup")
    if value == "stop":
        user.stopped_marketing.add(number.account_id)
    else:
        user.stopped_marketing.discard(number.account_id)
    conversation = world.conversation(number, user)
    details = {
        "stop": "User requested to stop marketing messages",
        "resume": "User requested to resume marketing messages",
        "signup": "User signed up for marketing messages",
    }
    preference = without_none(
        wa_id=user.phone if world.shows_phone(user, number, conversation) else None,
        user_id=world.bsuid(user, world.portfolio_of_number(number)),
        parent_user_id=user.parent_bsuid,
        category="marketing_messages",
        value=value,
        detail=details[value],
        signup_id=signup_id,
        timestamp=int(world.now()),
    )
    value_: JSON = {
        "messaging_product": "whatsapp",
        "metadata": hooks.metadata(number),
        "contacts": [hooks.contact(world, number, conversation, user)],
        "user_preferences": [preference],
    }
    world.emit(world.account_of(number), number, "user_preferences", value_)


def call(world: World, number: Number, user: User) -> Call:
    """The user rings the business: a call opens the window, answered or not."""
    if not number.has_calling:
        raise GraphError(138000, "Calling is not enabled for this phone number.")
    conversation = world.conversation(number, user)
    conversation.window_from = world.now()
    item = Call(
        id=world.mint.call_id(), number_id=number.id, user_key=user.key, is_by_user=True, started_at=world.now()
    )
    world.state.calls[item.id] = item
    emit_call(world, item, "connect", session={"sdp_type": "offer", "sdp": SDP})
    return item


SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 3480 RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"


def emit_call(world: World, call_: Call, event: str, **extra: object) -> None:
    number = world.state.numbers[call_.number_id]
    user = world.state.users[call_.user_key]
    conversation = world.conversation(number, user)
    bsuid = world.bsuid(user, world.portfolio_of_number(number))
    phone = user.phone if world.shows_phone(user, number, conversation) else None
    ends = (
        {"from": phone, "from_user_id": bsuid, "to": number.phone}
        if call_.is_by_user
        else {"from": number.phone, "to": phone, "to_user_id": bsuid}
    )
    item = without_none(
        id=call_.id,
        **ends,
        event=event,
        timestamp=str(int(world.now())),
        direction="USER_INITIATED" if call_.is_by_user else "BUSINESS_INITIATED",
        biz_opaque_callback_data=call_.biz,
        **extra,
    )
    value: JSON = {
        "messaging_product": "whatsapp",
        "metadata": hooks.metadata(number),
        "contacts": [hooks.contact(world, number, conversation, user)],
        "calls": [item],
    }
    world.emit(world.account_of(number), number, "calls", value)


def emit_call_status(world: World, call_: Call, status: str) -> None:
    number = world.state.numbers[call_.number_id]
    user = world.state.users[call_.user_key]
    item = without_none(
        id=call_.id,
        type="call",
        status=status,
        timestamp=str(int(world.now())),
        recipient_id=user.phone,
        biz_opaque_callback_data=call_.biz,
    )
    value: JSON = {"messaging_product": "whatsapp", "metadata": hooks.metadata(number), "statuses": [item]}
    world.emit(world.account_of(number), number, "calls", value)


def answer_call(world: World, call_: Call, *, is_accepted: bool) -> None:
    """The user takes or declines a call of the business; taking it opens the window."""
    user = world.state.users[call_.user_key]
    number = world.state.numbers[call_.number_id]
    if is_accepted:
        call_.state, call_.connected_at = "connected", world.now()
        world.conversation(number, user).window_from = world.now()
        emit_call(world, call_, "connect", session={"sdp_type": "answer", "sdp": SDP})
        emit_call_status(world, call_, "ACCEPTED")
    else:
        emit_call_status(world, call_, "REJECTED")
        end_call(world, call_, is_completed=False)


def end_call(world: World, call_: Call, *, is_completed: bool) -> None:
    call_.state = "ended"
    times: JSON = {}
    if call_.connected_at is not None:
        times = {
            "start_time": str(int(call_.connected_at)),
            "end_time": str(int(world.now())),
            "duration": int(world.now() - call_.connected_at),
        }
    emit_call(world, call_, "terminate", status="COMPLETED" if is_completed else "FAILED", **times)


def read(world: World, number: Number, user: User) -> int:
    return outcomes.read_chat(world, number, user)
