"""Control face, as user: make users and let them do everything a WhatsApp user does."""

from __future__ import annotations

import msgspec

from . import graph_groups, outcomes, user_acts
from .api import Ask, find, set_properties
from .errors import invalid
from .phone import show_message
from .state import (
    Reading,
    User,
)
from .wire import JSON, as_bool, as_number, as_text, texts
from .world import World

# users


def show_user(world: World, user: User) -> JSON:
    for portfolio in world.state.portfolios.values():
        world.bsuid(user, portfolio)
    return {**msgspec.to_builtins(user), "id": user.key}


USER_SETTINGS = {
    "name",
    "is_on_whatsapp",
    "has_receipts",
    "reading",
    "is_in_experiment",
    "is_marketing_capped",
    "parent_bsuid",
    "country",
    "username",
    "hides_phone",
    "is_online",
}


def add_users(ask: Ask) -> JSON:
    """One user `{phone, name, …}`, or `{count, first_phone}` of them at once."""
    body, world = ask.body, ask.world
    count = int(as_number(body.get("count")) or 0)
    if count:
        first = int(str(body.get("first_phone", "4915200000000")).lstrip("+"))
        users = [
            _add_user(world, {**body, "phone": str(first + position), "name": f"User {position}"})
            for position in range(count)
        ]
        return {"users": [{"id": user.key, "phone": user.phone} for user in users]}
    return show_user(world, _add_user(world, body))


def _add_user(world: World, body: JSON) -> User:
    phone = str(body.get("phone") or "49152" + world.mint.digits(8)).lstrip("+")
    user = world.users_by_phone.get(phone) or world.add_user(
        phone, str(body.get("name", "User")), as_text(body.get("id"))
    )
    set_properties(user, body, USER_SETTINGS)
    user.reading = Reading(body.get("reading", user.reading))
    world.index_user(user)
    return user


def get_user(ask: Ask) -> JSON:
    return show_user(ask.world, ask.user())


def change_user(ask: Ask) -> JSON:
    user, body = ask.user(), ask.body
    set_properties(user, body, USER_SETTINGS - {"is_online"})
    user.reading = Reading(user.reading)
    if "is_online" in body:
        outcomes.set_online(ask.world, user, is_online=as_bool(body["is_online"]))
    ask.world.index_user(user)
    return show_user(ask.world, user)


def write(ask: Ask) -> JSON:
    message = user_acts.write(ask.world, ask.number(), ask.user(), ask.body)
    return show_message(ask.world, message) if message is not None else {"id": None, "blocked": True}


def read(ask: Ask) -> JSON:
    return {"read": user_acts.read(ask.world, ask.number(), ask.user())}


def change_phone(ask: Ask) -> JSON:
    phone = as_text(ask.body.get("phone"))
    user = ask.user()
    user_acts.change_number(ask.world, user, phone.lstrip("+") if phone is not None else None)
    return show_user(ask.world, user)


def change_identity(ask: Ask) -> JSON:
    user = ask.user()
    user_acts.change_identity(ask.world, user)
    return show_user(ask.world, user)


def set_username(ask: Ask) -> JSON:
    user = ask.user()
    hides = ask.body.get("hides_phone", True)
    user_acts.set_username(user, as_text(ask.body.get("username")), hides_phone=as_bool(hides))
    return show_user(ask.world, user)


def block(ask: Ask) -> JSON:
    user, number = ask.user(), ask.number()
    user_acts.block(
        user, number, is_blocked=as_bool(ask.body.get("blocked", True)), is_reported=as_bool(ask.body.get("report"))
    )
    return show_user(ask.world, user)


def set_marketing(ask: Ask) -> JSON:
    user = ask.user()
    user_acts.set_marketing(
        ask.world, user, ask.number(), str(ask.body.get("value")), as_text(ask.body.get("signup_id"))
    )
    return show_user(ask.world, user)


def call(ask: Ask) -> JSON:
    return msgspec.to_builtins(user_acts.call(ask.world, ask.number(), ask.user()))


def join_group(ask: Ask) -> JSON:
    group = find(ask.world.state.groups, str(ask.body.get("group_id", "")))
    graph_groups.join(ask.world, ask.world.state.numbers[group.number_id], group, ask.user())
    return msgspec.to_builtins(group)


def act_on_call(ask: Ask) -> JSON:
    item = find(ask.world.state.calls, ask.path["call_id"])
    match ask.body.get("action"):
        case "accept" | "reject":
            user_acts.answer_call(ask.world, item, is_accepted=ask.body["action"] == "accept")
        case "hang_up":
            user_acts.end_call(ask.world, item, is_completed=item.connected_at is not None)
        case _:
            raise invalid("action is accept, reject or hang_up")
    return msgspec.to_builtins(item)


def open_windows(ask: Ask) -> JSON:
    """Open service windows without a message, for many phones at once: `{number_id, phones}`, and their `names`."""
    world, number = ask.world, ask.number()
    phones = texts(ask.body.get("phones"))
    names = texts(ask.body.get("names")) or [f"User {phone[-4:]}" for phone in phones]
    for phone, name in zip(phones, names, strict=True):
        user = world.users_by_phone.get(phone.lstrip("+")) or world.add_user(phone.lstrip("+"), name)
        conversation = world.conversation(number, user)
        conversation.window_from = conversation.phone_seen_at = world.now()
    return {"opened": len(phones)}
