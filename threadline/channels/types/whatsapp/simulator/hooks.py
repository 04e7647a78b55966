"""The values inside webhooks: who sees which id of a user, and the shapes of messages, statuses and news."""

from __future__ import annotations

import hashlib

from .errors import status_error
from .pricing import Price
from .state import Account, Conversation, Message, Number, Template, User
from .wire import JSON, without_none
from .world import World


def metadata(number: Number) -> JSON:
    return {"display_phone_number": number.phone, "phone_number_id": number.id}


def contact(world: World, number: Number, conversation: Conversation, user: User, *, has_username: bool = True) -> JSON:
    """A `contacts[]` item; the phone is missing when the user hides it and no exception applies (whatsapp.md §2.3)."""
    profile: JSON = {"name": user.name}
    if user.username is not None and has_username:
        profile["username"] = f"@{user.username}" if world.knobs.username_has_at else user.username
    return without_none(
        profile=profile,
        wa_id=user.phone if world.shows_phone(user, number, conversation) else None,
        user_id=world.bsuid(user, world.portfolio_of_number(number)),
        parent_user_id=user.parent_bsuid,
        identity_key_hash=user.identity_hash if number.checks_identity else None,
    )


def origin(world: World, number: Number, conversation: Conversation, user: User) -> JSON:
    """The `from…` keys of a message."""
    return without_none(
        **{"from": user.phone if world.shows_phone(user, number, conversation) else None},
        from_user_id=world.bsuid(user, world.portfolio_of_number(number)),
        from_parent_user_id=user.parent_bsuid,
    )


def emit_messages(
    world: World, number: Number, conversation: Conversation, user: User, item: JSON, *, has_contact: bool = True
) -> None:
    value: JSON = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if has_contact:
        value["contacts"] = [contact(world, number, conversation, user)]
    value["messages"] = [item]
    world.emit(world.account_of(number), number, "messages", value, [str(item["id"])])


def emit_status(
    world: World,
    message: Message,
    status: str,
    *,
    price: Price | None = None,
    error_code: int = 0,
    details: str | None = None,
) -> None:
    """One status update. `failed` carries no `contacts`; the username comes only with `delivered` and `read`."""
    number = world.state.numbers[message.number_id]
    user = world.state.users[message.user_key]
    conversation = world.conversation(number, user)
    is_failed = status == "failed"
    item: JSON = {"id": message.id, "status": status, "timestamp": str(int(world.now()))}
    if message.group_id is not None:
        item |= {
            "recipient_type": "group",
            "recipient_id": message.group_id,
            world.knobs.group_participant_key: user.phone,
            "recipient_participant_user_id": world.bsuid(user, world.portfolio_of_number(number)),
        }
    else:
        if message.is_by_phone:
            item["recipient_id"] = message.to or user.phone
        elif world.shows_phone(user, number, conversation):
            item["recipient_id"] = user.phone
        if not (is_failed and message.is_by_phone):
            item["recipient_user_id"] = world.bsuid(user, world.portfolio_of_number(number))
            if user.parent_bsuid is not None:
                item["recipient_parent_user_id"] = user.parent_bsuid
    if number.checks_identity and not is_failed:
        item["recipient_identity_key_hash"] = user.identity_hash
    if message.biz is not None:
        item["biz_opaque_callback_data"] = message.biz
    if not is_failed:
        item |= _conversation_object(world, message, conversation, status)
    if price is not None:
        item["pricing"] = price.as_json()
    if is_failed:
        item["errors"] = [status_error(error_code, details)]
    value: JSON = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if not is_failed:
        has_username = status in {"delivered", "read"}
        value["contacts"] = [contact(world, number, conversation, user, has_username=has_username)]
    value["statuses"] = [item]
    world.emit(world.account_of(number), number, "messages", value, [f"{message.id}:{status}"])


def _conversation_object(world: World, message: Message, conversation: Conversation, status: str) -> JSON:
    """Old versions and free entry points still carry `conversation`; its end is told only with `sent`."""
    if not (message.is_free_entry or world.knobs.old_conversation_object) or message.type == "reaction":
        return {}
    opened_at = conversation.free_entry_until or conversation.window_from or message.at
    words = f"{conversation.number_id}/{conversation.user_key}/{opened_at}".encode()
    kind = "referral_conversion" if message.is_free_entry else message.category
    value: JSON = {"id": hashlib.md5(words, usedforsecurity=False).hexdigest(), "origin": {"type": kind}}
    if status == "sent":
        value["expiration_timestamp"] = str(int(conversation.free_entry_until or world.now() + 86400))
    return {"conversation": value}


def emit_account(world: World, account: Account, field: str, value: JSON, number: Number | None = None) -> None:
    world.emit(account, number, field, value)


def emit_template(world: World, template: Template, field: str, **values: object) -> None:
    language = template.language.replace("_", "-") if world.knobs.template_language_dash else template.language
    value: JSON = {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": language,
        **values,
    }
    world.emit(world.state.accounts[template.account_id], None, field, value)


def emit_template_status(
    world: World, template: Template, event: str, reason: str | None = "NONE", **extra: object
) -> None:
    emit_template(
        world,
        template,
        "message_template_status_update",
        event=event,
        message_template_category=template.category,
        reason=reason,
        **extra,
    )
