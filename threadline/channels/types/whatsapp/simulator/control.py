"""The control face: make things, act as user, as Meta, as the business's phone app, move the clock, read the log."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from . import (
    control_meta,
    control_time,
    control_users,
    meta_acts,
    sandbox,
)
from .api import Ask, Face, find, set_properties
from .graph import MANAGEMENT, MESSAGING
from .graph_numbers import verification_failed
from .ids import calling_code_of
from .state import (
    Account,
    App,
    Number,
    Override,
    Portfolio,
    Token,
)
from .wire import JSON, as_bool, as_number, as_object, as_text, texts


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
        ("POST", "/_control/users", control_users.add_users),
        ("GET", "/_control/users/{user}", control_users.get_user),
        ("POST", "/_control/users/{user}", control_users.change_user),
        ("POST", "/_control/users/{user}/messages", control_users.write),
        ("POST", "/_control/users/{user}/read", control_users.read),
        ("POST", "/_control/users/{user}/number", control_users.change_phone),
        ("POST", "/_control/users/{user}/identity", control_users.change_identity),
        ("POST", "/_control/users/{user}/username", control_users.set_username),
        ("POST", "/_control/users/{user}/block", control_users.block),
        ("POST", "/_control/users/{user}/marketing", control_users.set_marketing),
        ("POST", "/_control/users/{user}/call", control_users.call),
        ("POST", "/_control/users/{user}/join", control_users.join_group),
        ("POST", "/_control/calls/{call_id}", control_users.act_on_call),
        ("POST", "/_control/windows", control_users.open_windows),
        ("POST", "/_control/templates/{template_id}", control_meta.act_on_template),
        ("POST", "/_control/news", control_meta.send_news),
        ("POST", "/_control/echo", control_meta.echo),
        ("POST", "/_control/webhooks/raw", control_meta.send_raw),
        ("GET", "/_control/webhooks", control_meta.list_webhooks),
        ("GET", "/_control/knobs", control_time.get_knobs),
        ("POST", "/_control/knobs", control_time.turn_knobs),
        ("POST", "/_control/faults/sends", control_time.add_send_fault),
        ("DELETE", "/_control/faults/sends", control_time.clear_send_faults),
        ("POST", "/_control/faults/webhooks", control_time.add_hook_fault),
        ("DELETE", "/_control/faults/webhooks", control_time.clear_hook_faults),
        ("GET", "/_control/clock", control_time.get_clock),
        ("POST", "/_control/clock", control_time.move_clock),
        ("POST", "/_control/statuses/release", control_time.release),
        ("POST", "/_control/drain", control_time.drain),
        ("GET", "/_control/log", control_time.read_log),
        ("DELETE", "/_control/log", control_time.clear_log),
        ("GET", "/_control/log/counters", control_time.counters),
        ("GET", "/_control/messages/{message_id}", control_time.get_message),
        ("GET", "/_control/snapshot", control_time.snapshot),
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
    set_properties(item, ask.body, {"tier", "is_verified"})
    return msgspec.to_builtins(item)


def change_portfolio(ask: Ask) -> JSON:
    item = find(ask.world.state.portfolios, ask.path["id"])
    set_properties(item, ask.body, {"tier", "is_verified", "name", "contact_book"})
    return msgspec.to_builtins(item)


def add_account(ask: Ask) -> JSON:
    body, world = ask.body, ask.world
    portfolio = find(world.state.portfolios, str(body.get("portfolio_id", "")))
    item = Account(id=as_text(body.get("id")) or world.mint.digits(), portfolio_id=portfolio.id)
    set_properties(item, body, {"name", "currency", "timezone", "country"})
    item.subscriptions = dict.fromkeys(texts(body.get("app_ids")))
    world.state.accounts[item.id] = item
    return msgspec.to_builtins(item)


def change_account(ask: Ask) -> JSON:
    """Any property; `tier`, `restrictions` with news, `ban`, `violation` as Meta does it."""
    item, body, world = ask.account(), ask.body, ask.world
    set_properties(
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
    set_properties(item, body, NUMBER_SETTINGS)
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
    set_properties(item, body, {"name", "callback_url", "verify_token", "fields"})
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
