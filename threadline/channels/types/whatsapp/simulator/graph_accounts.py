"""Edges of accounts, portfolios, apps and tokens: numbers, subscriptions, analytics, the handshake, uploads."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import media, pricing
from .errors import GraphError, required
from .graph import MANAGEMENT, Answer, Call, Graph, page, pick
from .graph_numbers import DEFAULT_FIELDS, describe, verification_failed, verified_override
from .state import UNLIMITED, Account, Number, Signup
from .wire import JSON, as_list, as_text, without_none
from .world import World

APP = "app"


def install(graph: Graph) -> None:
    graph.on("account", "GET", "", get_account)
    graph.on("account", "POST", "", change_account)
    graph.on("account", "GET", "phone_numbers", list_numbers)
    graph.on("account", "POST", "phone_numbers", add_number)
    graph.on("account", "GET", "subscribed_apps", list_subscribed)
    graph.on("account", "POST", "subscribed_apps", subscribe)
    graph.on("account", "DELETE", "subscribed_apps", unsubscribe)
    graph.on("account", "GET", "signups", list_signups)
    graph.on("account", "POST", "signups", add_signup)
    graph.on("portfolio", "GET", "", get_portfolio)
    graph.on("portfolio", "GET", "owned_whatsapp_business_accounts", list_accounts)
    graph.on("portfolio", "GET", "client_whatsapp_business_accounts", list_accounts)
    graph.on("app", "GET", "", get_app, scopes=f"{APP}|{MANAGEMENT}")
    graph.on("app", "GET", "subscriptions", list_app_subscriptions, scopes=APP)
    graph.on("app", "POST", "subscriptions", subscribe_app, scopes=APP)
    graph.on("app", "DELETE", "subscriptions", unsubscribe_app, scopes=APP)
    graph.on("app", "POST", "uploads", start_upload, scopes=f"{APP}|{MANAGEMENT}")
    graph.on("upload", "POST", "", continue_upload, scopes="any")
    graph.on("upload", "GET", "", get_upload, scopes="any")
    graph.on("root", "GET", "signups", get_signup, scopes="any")
    graph.on("root", "POST", "signups", change_signup, scopes="any")
    graph.on("root", "GET", "debug_token", lambda call: debug_token(graph.find_token, call), scopes="any")
    graph.on("root", "GET", "oauth", exchange_token, scopes="")
    graph.on("root", "POST", "oauth", exchange_token, scopes="")


# accounts


def account_of(call: Call) -> Account:
    return call.world.state.accounts[call.object_id]


def describe_account(world: World, account: Account) -> JSON:
    return {
        "id": account.id,
        "name": account.name,
        "currency": account.currency,
        "timezone_id": "1",
        "country": account.country,
        "business_verification_status": "verified" if world.portfolio_of(account).is_verified else "not_verified",
        "account_review_status": "APPROVED",
        "message_template_namespace": f"ns_{account.id}",
        "ownership_type": "CLIENT_OWNED",
        "status": "DISABLED" if account.ban_state == "DISABLE" else "ACTIVE",
        "is_enabled_for_insights": True,
        "marketing_messages_lite_api_status": "ONBOARDED",
        "owner_business_info": {"name": world.portfolio_of(account).name, "id": account.portfolio_id},
        "health_status": {
            "can_send_message": "BLOCKED" if account.ban_state == "DISABLE" else "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": account.id, "can_send_message": "AVAILABLE"}],
        },
    }


def get_account(call: Call) -> Answer:
    account = account_of(call)
    shown = describe_account(call.world, account)
    asked = next((field for field in call.fields if field.startswith("pricing_analytics")), None)
    result = pick(shown, call.fields, ("name", "currency", "timezone_id", "message_template_namespace"))
    if asked is not None:
        result["pricing_analytics"] = _analytics(call.world, account, asked)
    return result


def _analytics(world: World, account: Account, asked: str) -> JSON:
    """`pricing_analytics.start(..).end(..).granularity(DAILY).dimensions(A,B)`"""

    def argument(name: str) -> str:
        found = re.search(rf"\.{name}\(([^)]*)\)", asked)
        return found[1].strip("[]") if found else ""

    if not argument("start").isdigit() or not argument("end").isdigit():
        raise GraphError(100, message="(#100) pricing_analytics needs start and end.")
    words = [word.strip().strip("\"'") for word in argument("dimensions").split(",") if word.strip()]
    phones = [word.strip().strip("\"'") for word in argument("phone_numbers").split(",") if word.strip()]
    return pricing.analytics(world, account, int(argument("start")), int(argument("end")), words, phones)


def change_account(call: Call) -> Answer:
    name = as_text(call.params.get("name"))
    if name is not None:
        account_of(call).name = name
    return {"id": call.object_id}


def list_numbers(call: Call) -> Answer:
    items = [
        pick(describe(call.world, number), call.fields, DEFAULT_FIELDS)
        for number in call.world.numbers_of(account_of(call))
    ]
    return page(call, items)


def add_number(call: Call) -> Answer:
    """A new, unverified, unregistered number. Two per portfolio at first, twenty after verification or the 2K tier."""
    world, params, account = call.world, call.params, account_of(call)
    for name in ("country_code", "phone_number", "verified_name"):
        if not params.get(name):
            raise required(name)
    portfolio = world.portfolio_of(account)
    limit = 20 if portfolio.is_verified or portfolio.tier >= 2000 or portfolio.tier == UNLIMITED else 2
    owned = sum(world.account_of(number).portfolio_id == portfolio.id for number in world.state.numbers.values())
    if owned >= limit:
        raise GraphError(100, message=f"(#100) This business may have {limit} phone numbers.")
    if "RESTRICTED_ADD_PHONE_NUMBER_ACTION" in account.restrictions:
        raise GraphError(368)
    code = str(params["country_code"]).lstrip("+")
    local = re.sub(r"\D", "", str(params["phone_number"]))
    phone = local if local.startswith(code) and len(local) > 10 else code + local
    if any(number.phone == phone for number in world.state.numbers.values()):
        raise GraphError(100, message="(#100) This phone number is already registered.")
    number = Number(
        id=world.mint.digits(),
        account_id=account.id,
        phone=phone,
        country_code=code,
        verified_name=str(params["verified_name"]),
        status="PENDING",
        code_status="NOT_VERIFIED",
        is_registered=False,
        name_status="PENDING_REVIEW",
        quality="UNKNOWN",
    )
    world.state.numbers[number.id] = number
    return {"id": number.id}


def list_subscribed(call: Call) -> Answer:
    data: list[JSON] = []
    for app_id, override in account_of(call).subscriptions.items():
        app = call.world.state.apps[app_id]
        link = f"https://www.facebook.com/games/?app_id={app_id}"
        data.append(
            without_none(
                whatsapp_business_api_data={"link": link, "name": app.name, "id": app.id},
                override_callback_uri=override.url if override is not None else None,
            )
        )
    return {"data": data}


async def subscribe(call: Call) -> JSON:
    account_of(call).subscriptions[call.token.app_id] = await verified_override(call.world, call.params)
    return {"success": True}


def unsubscribe(call: Call) -> Answer:
    account_of(call).subscriptions.pop(call.token.app_id, None)
    return {"success": True}


# in-app signups


def list_signups(call: Call) -> Answer:
    items = [_shown_signup(item) for item in call.world.state.signups.values() if item.account_id == call.object_id]
    return page(call, items)


def add_signup(call: Call) -> Answer:
    for name in ("signup_message", "confirmation_message", "privacy_policy_url"):
        if not call.params.get(name):
            raise required(name)
    item = Signup(id=call.world.mint.digits(), account_id=call.object_id, fields=dict(call.request.json() or {}))
    call.world.state.signups[item.id] = item
    return {"id": item.id}


def _find_signup(call: Call) -> Signup:
    item = call.world.state.signups.get(call.rest[0]) if call.rest else None
    if item is None:
        raise GraphError(100, subcode=33, message="Unsupported get request. The signup does not exist.")
    return item


def _shown_signup(item: Signup) -> JSON:
    return {"id": item.id, "status": item.status, "deep_link": f"https://wa.me/signup/{item.id}", **item.fields}


def get_signup(call: Call) -> Answer:
    return _shown_signup(_find_signup(call))


def change_signup(call: Call) -> Answer:
    item = _find_signup(call)
    item.status = as_text(call.params.get("status")) or item.status
    item.fields |= {name: value for name, value in (call.request.json() or {}).items() if name != "status"}
    return {"success": True, "id": item.id}


# portfolios


def get_portfolio(call: Call) -> Answer:
    portfolio = call.world.state.portfolios[call.object_id]
    values: JSON = {
        "id": portfolio.id,
        "name": portfolio.name,
        "verification_status": "verified" if portfolio.is_verified else "not_verified",
    }
    return pick(values, call.fields, ("name",))


def list_accounts(call: Call) -> Answer:
    items = [
        pick(describe_account(call.world, account), call.fields, ("name", "currency", "timezone_id"))
        for account in call.world.state.accounts.values()
        if account.portfolio_id == call.object_id
    ]
    return page(call, items)


# apps


def get_app(call: Call) -> Answer:
    app = call.world.state.apps[call.object_id]
    values: JSON = {"id": app.id, "name": app.name, "link": f"https://www.facebook.com/games/?app_id={app.id}"}
    return pick(values, call.fields, ("name", "link"))


def list_app_subscriptions(call: Call) -> Answer:
    app = call.world.state.apps[call.object_id]
    if app.callback_url is None:
        return {"data": []}
    fields = [{"name": name, "version": call.world.knobs.graph_version} for name in app.fields or []]
    return {
        "data": [
            {"object": "whatsapp_business_account", "callback_url": app.callback_url, "active": True, "fields": fields}
        ]
    }


async def subscribe_app(call: Call) -> JSON:
    """Performs the GET handshake during the call; the callback is saved only if the challenge came back."""
    app, params = call.world.state.apps[call.object_id], call.params
    for name in ("object", "callback_url", "verify_token"):
        if not params.get(name):
            raise required(name)
    if params["object"] != "whatsapp_business_account":
        raise GraphError(100, message="(#100) Param object must be whatsapp_business_account.")
    url, token = str(params["callback_url"]), str(params["verify_token"])
    if not await call.world.delivery.verify(url, token):
        raise verification_failed()
    app.callback_url, app.verify_token = url, token
    fields = params.get("fields")
    if fields:
        listed = as_list(fields)
        app.fields = [str(name) for name in listed] if listed is not None else str(fields).split(",")
    return {"success": True}


def unsubscribe_app(call: Call) -> Answer:
    app = call.world.state.apps[call.object_id]
    app.callback_url, app.fields = None, None
    return {"success": True}


def start_upload(call: Call) -> Answer:
    return media.start_upload(call.world, call.object_id, call.params)


def continue_upload(call: Call) -> Answer:
    item = call.world.state.uploads[call.object_id]
    return media.continue_upload(call.world, item, call.request.headers.get("file_offset"), call.request.body)


def get_upload(call: Call) -> Answer:
    return media.describe_upload(call.world.state.uploads[call.object_id])


# tokens


def debug_token(find: Callable[[str], object], call: Call) -> Answer:
    value = as_text(call.request.query.get("input_token")) or ""
    token = call.world.state.tokens.get(value)
    if token is None:
        error: JSON = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"is_valid": False, "error": error, "scopes": []}}
    try:
        find(value)
        is_valid = True
    except GraphError:
        is_valid = False
    app = call.world.state.apps.get(token.app_id)
    targets = [
        {"scope": scope, **({"target_ids": token.assets} if token.assets is not None else {})} for scope in token.scopes
    ]
    return {
        "data": {
            "app_id": token.app_id,
            "type": "SYSTEM_USER",
            "application": app.name if app is not None else "",
            "expires_at": int(token.expires_at or 0),
            "is_valid": is_valid,
            "scopes": token.scopes,
            "granular_scopes": targets,
            "data_access_expires_at": 0,
        }
    }


def exchange_token(call: Call) -> Answer:
    """`oauth/access_token`: the app's own token, or a business token for an embedded-signup code."""
    if call.rest != ["access_token"]:
        raise GraphError(2500, message="Unknown path components: /" + "/".join(call.rest))
    params = call.params
    app = call.world.state.apps.get(str(params.get("client_id", "")))
    if app is None or app.secret != params.get("client_secret"):
        raise GraphError(1, message="Error validating client secret.", http=400)
    if params.get("grant_type") == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    if not params.get("code"):
        raise required("code")
    token = next(
        (token for token in call.world.state.tokens.values() if token.app_id == app.id and token.is_valid), None
    )
    if token is None:
        raise GraphError(100, subcode=36007, message="This authorization code has been used.")
    return {"access_token": token.value, "token_type": "bearer"}
