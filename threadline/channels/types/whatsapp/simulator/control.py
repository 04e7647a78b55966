"""The control face: make things, act as user, as Meta, as the business's phone app, move the clock, read the log."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any, cast

import msgspec

from . import delivery, graph_groups, graph_templates, hooks, meta_acts, outcomes, sandbox, user_acts
from .api import Ask, Face, NotFound, find
from .errors import invalid
from .graph import MANAGEMENT, MESSAGING
from .graph_numbers import verification_failed
from .http import Response
from .ids import calling_code_of
from .knobs import HookFault, Knobs, SendFault
from .phone import show_message
from .state import (
    Account,
    App,
    Direction,
    Message,
    Number,
    Override,
    Portfolio,
    Progress,
    Reading,
    Token,
    User,
    Webhook,
)
from .wire import JSON, as_bool, as_number, as_object, as_text, texts, without_none
from .world import PENDING_KINDS, World

MAX_LOG_PAGE = 100_000


def install(face: Face) -> None:
    for method, pattern, act in (
        ("POST", "/_control/sandbox", make_sandbox),
        ("POST", "/_control/portfolios", add_portfolio),
        ("POST", "/_control/portfolios/{id}", change_portfolio),
        ("POST", "/_control/accounts", add_account),
        ("POST", "/_control/accounts/{account_id}", change_account),
        ("POST", "/_control/numbers", add_number),
        ("GET", "/_control/numbers/{number_id}", get_number),
        ("POST", "/_control/numbers/{number_id}", change_number),
        ("POST", "/_control/apps", add_app),
        ("POST", "/_control/tokens", add_token),
        ("POST", "/_control/tokens/expire", expire_token),
        ("POST", "/_control/subscriptions", subscribe),
        ("POST", "/_control/users", add_users),
        ("GET", "/_control/users/{user}", get_user),
        ("POST", "/_control/users/{user}", change_user),
        ("POST", "/_control/users/{user}/messages", write),
        ("POST", "/_control/users/{user}/read", read),
        ("POST", "/_control/users/{user}/number", change_phone),
        ("POST", "/_control/users/{user}/identity", change_identity),
        ("POST", "/_control/users/{user}/username", set_username),
        ("POST", "/_control/users/{user}/block", block),
        ("POST", "/_control/users/{user}/marketing", set_marketing),
        ("POST", "/_control/users/{user}/call", call),
        ("POST", "/_control/users/{user}/join", join_group),
        ("POST", "/_control/calls/{call_id}", act_on_call),
        ("POST", "/_control/windows", open_windows),
        ("POST", "/_control/templates/{template_id}", act_on_template),
        ("POST", "/_control/news", send_news),
        ("POST", "/_control/echo", echo),
        ("POST", "/_control/webhooks/raw", send_raw),
        ("GET", "/_control/webhooks", list_webhooks),
        ("GET", "/_control/knobs", get_knobs),
        ("POST", "/_control/knobs", turn_knobs),
        ("POST", "/_control/faults/sends", add_send_fault),
        ("DELETE", "/_control/faults/sends", clear_send_faults),
        ("POST", "/_control/faults/webhooks", add_hook_fault),
        ("DELETE", "/_control/faults/webhooks", clear_hook_faults),
        ("GET", "/_control/clock", get_clock),
        ("POST", "/_control/clock", move_clock),
        ("POST", "/_control/statuses/release", release),
        ("POST", "/_control/drain", drain),
        ("GET", "/_control/log", read_log),
        ("DELETE", "/_control/log", clear_log),
        ("GET", "/_control/log/counters", counters),
        ("GET", "/_control/messages/{message_id}", get_message),
        ("GET", "/_control/snapshot", snapshot),
    ):
        face.on(method, pattern, cast("Any", act))


# making things


def make_sandbox(ask: Ask) -> JSON:
    return sandbox.make(ask.world, ask.body)


def add_portfolio(ask: Ask) -> JSON:
    item = Portfolio(
        id=as_text(ask.body.get("id")) or ask.world.mint.digits(), name=str(ask.body.get("name", "Portfolio"))
    )
    ask.world.state.portfolios[item.id] = item
    _set(item, ask.body, {"tier", "is_verified"})
    return msgspec.to_builtins(item)


def change_portfolio(ask: Ask) -> JSON:
    item = find(ask.world.state.portfolios, ask.path["id"])
    _set(item, ask.body, {"tier", "is_verified", "name", "contact_book"})
    return msgspec.to_builtins(item)


def add_account(ask: Ask) -> JSON:
    body, world = ask.body, ask.world
    portfolio = find(world.state.portfolios, str(body.get("portfolio_id", "")))
    item = Account(id=as_text(body.get("id")) or world.mint.digits(), portfolio_id=portfolio.id)
    _set(item, body, {"name", "currency", "timezone", "country"})
    item.subscriptions = dict.fromkeys(texts(body.get("app_ids")))
    world.state.accounts[item.id] = item
    return msgspec.to_builtins(item)


def change_account(ask: Ask) -> JSON:
    """Any property; `tier`, `restrictions` with news, `ban`, `violation` as Meta does it."""
    item, body, world = ask.account(), ask.body, ask.world
    _set(
        item,
        body,
        {"name", "currency", "timezone", "country", "is_payment_ok", "is_marketing_disabled", "is_misclassifying"},
    )
    if "tier" in body:
        tier = body["tier"]
        meta_acts.set_tier(world, item, meta_acts.TIER_LIMITS[tier] if isinstance(tier, str) else int(tier))
    if "restrictions" in body:
        expires = as_number(body.get("expires_at"))
        meta_acts.restrict(world, item, texts(body["restrictions"]), int(expires) if expires is not None else None)
    if "ban" in body:
        meta_acts.ban(world, item, str(body["ban"]))
    if "violation" in body:
        meta_acts.violate(world, item, str(body["violation"]))
    return msgspec.to_builtins(item)


def add_number(ask: Ask) -> JSON:
    body, world = ask.body, ask.world
    account = find(world.state.accounts, str(body.get("account_id", "")))
    phone = str(body.get("phone") or "1555" + world.mint.digits(7)).lstrip("+")
    item = Number(
        id=as_text(body.get("id")) or world.mint.digits(),
        account_id=account.id,
        phone=phone,
        country_code=calling_code_of(phone),
        verified_name=str(body.get("verified_name", "Shop")),
    )
    world.state.numbers[item.id] = item
    _set_number(item, body)
    return msgspec.to_builtins(item)


def get_number(ask: Ask) -> JSON:
    number = ask.number()
    rate = ask.world.rates.get(number.id)
    return {
        **msgspec.to_builtins(number),
        "max_in_1s": rate.max_in_1s if rate is not None else 0,
        "attempts": ask.world.attempts.get(number.id, 0),
    }


NUMBER_SETTINGS = {
    "verified_name",
    "status",
    "name_status",
    "code_status",
    "is_registered",
    "pin",
    "is_in_maintenance",
    "lock_code",
    "is_sandbox",
    "allowed",
    "is_coexistence",
    "is_official",
    "rate_per_s",
    "settings",
    "service_deliveries",
    "quality",
    "address",
}


def _set_number(item: Number, body: JSON) -> None:
    _set(item, body, NUMBER_SETTINGS)
    override = as_object(body.get("override"))
    if override is not None:
        item.override = msgspec.convert(override, Override)


def change_number(ask: Ask) -> JSON:
    """Any property silently; `news: true` tells quality and throughput as Meta does; `name_decision` decides a name."""
    number, body, world = ask.number(), ask.body, ask.world
    told = {"quality", "rate_per_s"} & set(body) if as_bool(body.get("news")) else set[str]()
    _set_number(number, {key: value for key, value in body.items() if key not in told})
    if "quality" in told:
        meta_acts.set_quality(world, number, str(body["quality"]))
    if "rate_per_s" in told:
        meta_acts.upgrade_throughput(world, number, int(body["rate_per_s"]))
    if "name_decision" in body:
        meta_acts.decide_name(world, number, str(body["name_decision"]), as_text(body.get("rejection_reason")))
    return get_number(ask)


def add_app(ask: Ask) -> JSON:
    body, world = ask.body, ask.world
    item = App(
        id=as_text(body.get("id")) or world.mint.digits(), secret=as_text(body.get("secret")) or world.mint.secret()
    )
    _set(item, body, {"name", "callback_url", "verify_token", "fields"})
    world.state.apps[item.id] = item
    for account_id in texts(body.get("account_ids")):
        find(world.state.accounts, account_id).subscriptions[item.id] = None
    return msgspec.to_builtins(item)


def add_token(ask: Ask) -> JSON:
    body, world = ask.body, ask.world
    app = find(world.state.apps, str(body.get("app_id", "")))
    item = Token(
        value=as_text(body.get("value")) or world.mint.token(),
        app_id=app.id,
        scopes=texts(body.get("scopes")) or [MESSAGING, MANAGEMENT],
        assets=texts(body["assets"]) if "assets" in body else None,
        expires_at=as_number(body.get("expires_at")),
    )
    world.state.tokens[item.value] = item
    return msgspec.to_builtins(item)


def expire_token(ask: Ask) -> JSON:
    """`{token, at?}` expires it (now by default); `revoke: true` makes it unknown; `valid: true` heals."""
    token = find(ask.world.state.tokens, str(ask.body.get("token", "")))
    if as_bool(ask.body.get("valid")):
        token.is_valid, token.expires_at = True, None
    elif as_bool(ask.body.get("revoke")):
        token.is_valid = False
    else:
        token.expires_at = as_number(ask.body.get("at")) or ask.world.now()
    return msgspec.to_builtins(token)


async def subscribe(ask: Ask) -> JSON:
    """Set an app's callback; `verify` (default true) performs the handshake first."""
    body, world = ask.body, ask.world
    app = find(world.state.apps, str(body.get("app_id", "")))
    url, token = str(body["callback_url"]), str(body.get("verify_token", app.verify_token))
    if body.get("verify", True) and not await world.delivery.verify(url, token):
        raise verification_failed()
    app.callback_url, app.verify_token = url, token
    if "fields" in body:
        app.fields = texts(body["fields"]) or None
    for account_id in texts(body.get("account_ids")):
        find(world.state.accounts, account_id).subscriptions.setdefault(app.id, None)
    return msgspec.to_builtins(app)


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
    _set(user, body, USER_SETTINGS)
    user.reading = Reading(body.get("reading", user.reading))
    world.index_user(user)
    return user


def get_user(ask: Ask) -> JSON:
    return show_user(ask.world, ask.user())


def change_user(ask: Ask) -> JSON:
    user, body = ask.user(), ask.body
    _set(user, body, USER_SETTINGS - {"is_online"})
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
    """Open service windows without a message, for many phones at once (benchmarks): `{number_id, phones}`."""
    world, number = ask.world, ask.number()
    phones = texts(ask.body.get("phones"))
    for phone in phones:
        user = world.users_by_phone.get(phone.lstrip("+")) or world.add_user(phone.lstrip("+"), f"User {phone[-4:]}")
        conversation = world.conversation(number, user)
        conversation.window_from = conversation.phone_seen_at = world.now()
    return {"opened": len(phones)}


# as Meta


def act_on_template(ask: Ask) -> JSON:
    """`{action}`: approve, reject, pause, pause_pacing, release_pacing, unpause, disable, quality, recategorise, …"""
    world, body = ask.world, ask.body
    template = graph_templates.find(world, ask.path["template_id"])
    action = str(body.get("action", ""))
    match action:
        case "approve":
            meta_acts.approve(world, template)
        case "reject":
            reason = as_text(body.get("reason")) or "INVALID_FORMAT"
            meta_acts.reject(world, template, reason, as_text(body.get("recommendation")))
        case "pause":
            meta_acts.pause(world, template)
        case "pause_pacing":
            meta_acts.pause_pacing(world, template)
        case "release_pacing":
            outcomes.release_paced(world, template, is_released=True)
        case "unpause":
            meta_acts.unpause(world, template)
        case "disable":
            meta_acts.disable(world, template)
        case "quality":
            meta_acts.set_template_quality(world, template, str(body["quality"]))
        case "recategorise":
            meta_acts.recategorise(world, template, str(body["category"]), is_at_once=as_bool(body.get("at_once")))
        case "delete":
            meta_acts.delete_template(world, template)
        case _:
            meta_acts.set_template_status(world, template, action.upper(), as_text(body.get("reason")))
    return graph_templates.describe(template)


def send_news(ask: Ask) -> JSON:
    """Any field with any value as the account's (or number's) webhook: `{account_id|number_id, field, value}`."""
    body, world = ask.body, ask.world
    number = world.state.numbers.get(str(body.get("number_id", "")))
    account = world.account_of(number) if number is not None else ask.account()
    value = dict(as_object(body.get("value")) or {})
    if as_bool(body.get("metadata")) and number is not None:
        value = {"messaging_product": "whatsapp", "metadata": hooks.metadata(number), **value}
    world.emit(account, number, str(body["field"]), value)
    return {"success": True}


def echo(ask: Ask) -> JSON:
    """The business writes in its phone app (coexistence): free, opens no window, arrives as `smb_message_echoes`."""
    world, number, body = ask.world, ask.number(), ask.body
    if not number.is_coexistence:
        raise invalid("The number is not on the WhatsApp Business app.")
    user = world.users_by_phone.get(str(body.get("to", "")).lstrip("+"))
    if user is None:
        raise NotFound("There is no such user.")
    conversation = world.conversation(number, user)
    kind = as_text(body.get("type")) or "text"
    content = as_object(body.get(kind)) or {"body": str(body.get("text", ""))}
    item = without_none(
        **{"from": number.phone},
        to=user.phone if world.shows_phone(user, number, conversation) else None,
        to_user_id=world.bsuid(user, world.portfolio_of_number(number)),
        id=world.mint.wamid(user.phone),
        timestamp=str(int(world.now())),
        type=kind,
        **{kind: content},
    )
    message = Message(
        id=str(item["id"]),
        seq=world.next_sequence(),
        number_id=number.id,
        user_key=user.key,
        direction=Direction.ECHO,
        type=kind,
        payload=msgspec.Raw(msgspec.json.encode(item)),
        at=world.now(),
        progress=Progress.DELIVERED,
    )
    world.add_message(message)
    value: JSON = {
        "messaging_product": "whatsapp",
        "metadata": hooks.metadata(number),
        "contacts": [hooks.contact(world, number, conversation, user)],
        "message_echoes": [item],
    }
    world.emit(world.account_of(number), number, "smb_message_echoes", value)
    return {"id": message.id}


# webhooks


def send_raw(ask: Ask) -> JSON:
    """POST exact bytes: `{app_id, body|base64, signature?: "valid"|"wrong"|"missing"|<text>, url?, times?}`."""
    body, world = ask.body, ask.world
    app = find(world.state.apps, str(body.get("app_id", "")))
    url = as_text(body.get("url")) or app.callback_url
    if url is None:
        raise invalid("The app has no callback.")
    raw = body.get("body")
    content = raw.encode() if isinstance(raw, str) else msgspec.json.encode(raw)
    if "base64" in body:
        content = msgspec.json.decode(msgspec.json.encode(body["base64"]), type=bytes)
    wanted = as_text(body.get("signature")) or "valid"
    signature = {
        "valid": delivery.sign(app.secret, content),
        "wrong": delivery.sign(app.secret + "x", content),
        "missing": None,
    }.get(wanted, wanted)
    made: list[str] = []
    for _ in range(int(as_number(body.get("times")) or 1)):
        webhook = Webhook(
            id="wh" + world.mint.digits(16),
            app_id=app.id,
            url=url,
            body=content,
            signature=signature,
            first_at=world.now(),
            fields=["raw"],
        )
        world.delivery.post(webhook)
        made.append(webhook.id)
    return {"ids": made}


def list_webhooks(ask: Ask) -> JSON:
    """What still waits, and the latest tries; `bodies=1` shows the bytes too."""
    shows_bodies = ask.query.get("bodies") == "1"
    history = [
        without_none(
            id=item.webhook_id,
            url=item.url,
            status=item.status,
            at=item.at,
            tries=item.tries,
            body=item.body.decode("utf-8", "replace") if shows_bodies else None,
        )
        for item in ask.world.delivery.history
    ]
    waiting = [
        {"id": item.id, "url": item.url, "tries": item.tries, "first_at": item.first_at, "fields": item.fields}
        for item in ask.world.state.webhooks.values()
    ]
    return {"undelivered": waiting, "history": history}


# knobs and faults


def get_knobs(ask: Ask) -> JSON:
    return msgspec.to_builtins(ask.world.knobs)


def turn_knobs(ask: Ask) -> JSON:
    world = ask.world
    wanted = msgspec.convert({**msgspec.to_builtins(world.knobs), **ask.body}, Knobs, strict=False)
    was_holding = world.knobs.hold_statuses
    for name in wanted.__struct_fields__:
        setattr(world.knobs, name, getattr(wanted, name))
    if was_holding and not wanted.hold_statuses:
        outcomes.release_held(world)
    world.delivery.resume()
    return msgspec.to_builtins(world.knobs)


def add_send_fault(ask: Ask) -> JSON:
    ask.world.knobs.send_faults.append(msgspec.convert(ask.body, SendFault))
    return msgspec.to_builtins(ask.world.knobs.send_faults[-1])


def clear_send_faults(ask: Ask) -> JSON:
    ask.world.knobs.send_faults.clear()
    return {"success": True}


def add_hook_fault(ask: Ask) -> JSON:
    ask.world.knobs.hook_faults.append(msgspec.convert(ask.body, HookFault))
    return msgspec.to_builtins(ask.world.knobs.hook_faults[-1])


def clear_hook_faults(ask: Ask) -> JSON:
    ask.world.knobs.hook_faults.clear()
    return {"success": True}


# time


def get_clock(ask: Ask) -> JSON:
    now = ask.world.now()
    text = datetime.datetime.fromtimestamp(now, datetime.UTC).isoformat()
    return {"now": now, "iso": text, "frozen": ask.world.clock.is_frozen, "offset_s": ask.world.clock.offset_s}


async def move_clock(ask: Ask) -> JSON:
    """`{freeze: true|false}`, then `{advance_s}` or `{set: <unix or ISO>}`, doing everything due on the way.

    A set into the past only moves the hands.
    """
    world, body = ask.world, ask.body
    if "freeze" in body:
        if as_bool(body["freeze"]):
            world.clock.freeze()
        else:
            world.clock.run()
    target: float | None = None
    if "advance_s" in body:
        target = world.now() + float(body["advance_s"])
    elif "set" in body:
        wanted = body["set"]
        target = (
            float(wanted)
            if isinstance(wanted, int | float)
            else datetime.datetime.fromisoformat(str(wanted)).timestamp()
        )
    if target is not None and (target < world.now() or as_bool(body.get("jump"))):
        world.clock.set(target)
    elif target is not None:
        await world.advance(target)
    world.timers.rearm()
    return get_clock(ask)


def release(ask: Ask) -> JSON:
    """Let held statuses happen; the knob stays as it is unless `{hold: false}`."""
    if ask.body.get("hold") is False:
        ask.world.knobs.hold_statuses = False
    return {"released": outcomes.release_held(ask.world)}


async def drain(ask: Ask) -> JSON:
    """Wait until no webhook is undelivered and no outcome pending; `{timeout_s, advance?: true}` may move the clock."""
    world, body = ask.world, ask.body
    timeout_s = as_number(body.get("timeout_s")) or 30.0
    ends = asyncio.get_running_loop().time() + timeout_s
    is_drained = False
    while not is_drained and asyncio.get_running_loop().time() < ends:
        try:
            async with asyncio.timeout_at(ends):
                await _drain_step(world, moves_clock=as_bool(body.get("advance")))
        except TimeoutError:
            break
        pending = world.pending()
        is_drained = pending["undelivered_webhooks"] == 0 and pending["pending_outcomes"] == 0
    return {"drained": is_drained, **world.pending()}


async def _drain_step(world: World, *, moves_clock: bool) -> None:
    await world.settle()
    due = world.timers.next_due_of(PENDING_KINDS)
    if due is None:
        return
    if moves_clock:
        await world.advance(max(due, world.now()))
    else:
        await asyncio.sleep(min(max(due - world.now(), 0.005), 0.1))


# the log


def read_log(ask: Ask) -> Response:
    """Everything that was accepted, in order: `after` is a position, `compact=1` leaves only what reconciling needs."""
    world, query = ask.world, ask.query
    start = int(query.get("after", "0"))
    limit = min(int(query.get("limit", "1000")), MAX_LOG_PAGE)
    chosen = world.send_log[start : start + limit]
    number_id = query.get("number_id")
    messages = [world.messages[key] for key in chosen]
    if number_id is not None:
        messages = [message for message in messages if message.number_id == number_id]
    if query.get("compact") == "1":
        items: list[object] = [[message.biz, message.id, message.to or message.user_key] for message in messages]
    else:
        items = [_log_entry(world, message) for message in messages]
    end = start + len(chosen)
    return Response(
        200,
        msgspec.json.encode(
            {"items": items, "next": end if end < len(world.send_log) else None, "total": len(world.send_log)}
        ),
    )


def _log_entry(world: World, message: Message) -> JSON:
    return {
        "wamid": message.id,
        "number_id": message.number_id,
        "to": message.to,
        "user_id": message.user_key,
        "type": message.type,
        "body": message.payload,
        "biz_opaque_callback_data": message.biz,
        "accepted_at": message.at,
        "fault": message.fault,
        "status": message.progress,
        "error_code": message.error_code,
    }


def clear_log(ask: Ask) -> JSON:
    """Forget what was accepted so far (the messages stay with their users) and the observed rates."""
    world = ask.world
    count = len(world.send_log)
    world.send_log.clear()
    world.rates.clear()
    world.attempts.clear()
    world.state.counts.clear()
    return {"cleared": count}


def counters(ask: Ask) -> JSON:
    """Sums over the log: by state, type and fault; sends that came twice by their callback data; the fastest second."""
    world = ask.world
    by_state: dict[str, int] = {}
    by_type: dict[str, int] = {}
    by_fault: dict[str, int] = {}
    copies: dict[str, int] = {}
    for message_id in world.send_log:
        message = world.messages[message_id]
        by_state[message.progress] = by_state.get(message.progress, 0) + 1
        by_type[message.type] = by_type.get(message.type, 0) + 1
        if message.fault is not None:
            by_fault[message.fault] = by_fault.get(message.fault, 0) + 1
        if message.biz is not None:
            copies[message.biz] = copies.get(message.biz, 0) + 1
    duplicates = {biz: count for biz, count in copies.items() if count > 1}
    return {
        "accepted": len(world.send_log),
        "by_status": by_state,
        "by_type": by_type,
        "by_fault": by_fault,
        "without_callback_data": len(world.send_log) - sum(copies.values()),
        "distinct": len(copies),
        "duplicates": duplicates,
        "counts": world.state.counts,
        "max_in_1s": {number_id: rate.max_in_1s for number_id, rate in world.rates.items()},
        "attempts": dict(world.attempts),
        **world.pending(),
    }


def get_message(ask: Ask) -> JSON:
    message = find(ask.world.messages, ask.path["message_id"])
    return {
        **_log_entry(ask.world, message),
        "direction": message.direction,
        "reactions": message.reactions,
        "is_window_open": message.is_window_open,
        "category": message.category,
    }


def snapshot(ask: Ask) -> Response:
    """The whole state as it would be written, and the size of every conversation."""
    world = ask.world
    sizes = {key: len(ids) for key, ids in world.threads.items()}
    state = msgspec.to_builtins(world.snapshot_state())
    return Response(200, msgspec.json.encode({**state, "threads": sizes, "pending": world.pending()}))


def _set(item: msgspec.Struct, body: JSON, allowed: set[str]) -> None:
    """Set the named properties, each checked against its type."""
    types = {field.name: field.type for field in msgspec.structs.fields(type(item))}
    for name in allowed & set(body):
        setattr(item, name, msgspec.convert(body[name], types[name], strict=False))
