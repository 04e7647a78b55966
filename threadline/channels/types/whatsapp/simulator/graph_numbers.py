"""Edges of a business phone number: itself, registration, profile, settings, blocks, links, username, sending."""

from __future__ import annotations

import re

import msgspec

from . import media, messages, meta_acts
from .errors import GraphError, required, unknown_object
from .graph import MANAGEMENT, MESSAGING, Answer, Call, Graph, page, pick
from .state import Number, Override, User
from .wire import JSON, as_bool, as_list, as_object, as_text, objects, texts, without_none
from .world import World

EITHER = f"{MESSAGING}|{MANAGEMENT}"
DEFAULT_FIELDS = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
)
VERTICALS = frozenset(
    {"ALCOHOL", "APPAREL", "AUTO", "BEAUTY", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GOVT", "GROCERY",
     "HEALTH", "HOTEL", "NONPROFIT", "ONLINE_GAMBLING", "OTC_DRUGS", "OTHER", "PHYSICAL_GAMBLING", "PROF_SERVICES",
     "RESTAURANT", "RETAIL", "TRAVEL"}
)  # fmt: skip
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}
REGISTRATIONS_PER_72_H = 10
HOURS_72_S = 72 * 3600.0
DAY_S = 86400.0
MAX_BLOCKED = 64_000
EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿]")


def install(graph: Graph) -> None:
    graph.on("number", "GET", "", get)
    graph.on("number", "POST", "", change)
    graph.on("number", "POST", "request_code", request_code)
    graph.on("number", "POST", "verify_code", verify_code)
    graph.on("number", "POST", "register", register)
    graph.on("number", "POST", "deregister", deregister)
    graph.on("number", "GET", "whatsapp_business_profile", get_profile, scopes=EITHER)
    graph.on("number", "POST", "whatsapp_business_profile", change_profile, scopes=EITHER)
    graph.on("number", "GET", "settings", get_settings)
    graph.on("number", "POST", "settings", change_settings)
    graph.on("number", "GET", "whatsapp_commerce_settings", get_commerce)
    graph.on("number", "POST", "whatsapp_commerce_settings", change_commerce)
    graph.on("number", "GET", "conversational_automation", get_automation)
    graph.on("number", "POST", "conversational_automation", change_automation)
    graph.on("number", "GET", "whatsapp_business_encryption", get_key)
    graph.on("number", "POST", "whatsapp_business_encryption", set_key)
    graph.on("number", "GET", "block_users", list_blocked, scopes=EITHER)
    graph.on("number", "POST", "block_users", block_users, scopes=EITHER)
    graph.on("number", "DELETE", "block_users", unblock_users, scopes=EITHER)
    graph.on("number", "GET", "message_qrdls", get_links)
    graph.on("number", "POST", "message_qrdls", save_link)
    graph.on("number", "DELETE", "message_qrdls", delete_link)
    graph.on("number", "GET", "username", get_username)
    graph.on("number", "POST", "username", set_username)
    graph.on("number", "DELETE", "username", delete_username)
    graph.on("number", "GET", "username_suggestions", suggest_usernames)
    graph.on("number", "DELETE", "contact_book", erase_contact)
    graph.on("number", "POST", "smb_app_data", sync_app_data)
    graph.on("number", "POST", "messages", send, scopes=MESSAGING, is_counted=False)
    graph.on("number", "POST", "marketing_messages", send_marketing, scopes=MESSAGING, is_counted=False)
    graph.on("number", "POST", "media", upload_media, scopes=EITHER, is_counted=False)
    graph.on("media", "GET", "", get_media, scopes=EITHER, is_counted=False)
    graph.on("media", "DELETE", "", delete_media, scopes=EITHER, is_counted=False)
    graph.on_send(lambda number, request: messages.post(graph.world, number, request))


def number_of(call: Call) -> Number:
    return call.world.state.numbers[call.object_id]


# the number itself


def display_phone(number: Number) -> str:
    """`+1 555-096-7852`"""
    local = number.phone.removeprefix(number.country_code)
    groups = [local[:3], local[3:6], local[6:]] if len(local) > 6 else [local]
    return f"+{number.country_code} {'-'.join(group for group in groups if group)}"


def describe(world: World, number: Number) -> JSON:
    account = world.account_of(number)
    callbacks = without_none(
        application=next(
            (app.callback_url for app_id in account.subscriptions if (app := world.state.apps.get(app_id))), None
        ),
        whatsapp_business_account=next((o.url for o in account.subscriptions.values() if o is not None), None),
        phone_number=number.override.url if number.override is not None else None,
    )
    level = "NOT_APPLICABLE" if not number.is_registered else "HIGH" if not 0 < number.rate_per_s <= 80 else "STANDARD"
    return without_none(
        id=number.id,
        verified_name=number.verified_name,
        code_verification_status=number.code_status,
        display_phone_number=display_phone(number),
        quality_rating=number.quality,
        platform_type="CLOUD_API" if number.is_registered else "NOT_APPLICABLE",
        throughput={"level": level},
        status=number.status if number.is_registered else "DISCONNECTED",
        name_status=number.name_status,
        new_name_status=number.new_name_status,
        account_mode="SANDBOX" if number.is_sandbox else "LIVE",
        is_official_business_account=number.is_official,
        is_pin_enabled=number.pin is not None,
        is_on_biz_app=number.is_coexistence,
        whatsapp_business_manager_messaging_limit=meta_acts.tier_name(world.portfolio_of(account).tier),
        webhook_configuration=callbacks,
        health_status=health(world, number),
        conversational_automation={"id": number.id, **number.automation},
        last_onboarded_time="2026-01-05T08:00:00+0000",
        country_dial_code=number.country_code,
        eligibility_for_api_business_global_search="NON_ELIGIBLE_UNDEFINED",
        search_visibility="NON_VISIBLE",
        is_preverified_number=False,
        username=number.username,
    )


def health(world: World, number: Number) -> JSON:
    """`health_status`: what may be sent, and by which entity it is held up."""
    account = world.account_of(number)
    entities: list[JSON] = []
    errors: list[JSON] = []
    if not number.is_registered:
        errors.append(_health_error(133010, "The number is not registered.", "Register the number."))
    if number.lock_code is not None:
        errors.append(_health_error(number.lock_code, "The number is locked.", "Appeal in the Business Support home."))
    entities.append(_health_entity("PHONE_NUMBER", number.id, "BLOCKED" if errors else "AVAILABLE", errors))
    account_errors: list[JSON] = []
    if not account.is_payment_ok:
        account_errors.append(
            _health_error(141006, "There is an error with the payment method.", "Add a payment method.")
        )
    entities.append(_health_entity("WABA", account.id, "LIMITED" if account_errors else "AVAILABLE", account_errors))
    entities.append(_health_entity("BUSINESS", account.portfolio_id, "AVAILABLE", []))
    entities += [_health_entity("APP", app_id, "AVAILABLE", []) for app_id in account.subscriptions]
    states = [str(entity["can_send_message"]) for entity in entities]
    overall = "BLOCKED" if "BLOCKED" in states else "LIMITED" if "LIMITED" in states else "AVAILABLE"
    return {"can_send_message": overall, "entities": entities}


def _health_entity(kind: str, entity_id: str, state: str, errors: list[JSON]) -> JSON:
    return without_none(entity_type=kind, id=entity_id, can_send_message=state, errors=errors or None)


def _health_error(code: int, description: str, solution: str) -> JSON:
    return {"error_code": code, "error_description": description, "possible_solution": solution}


def get(call: Call) -> Answer:
    return pick(describe(call.world, number_of(call)), call.fields, DEFAULT_FIELDS)


async def change(call: Call) -> JSON:
    """PIN, display name, or a number-level callback (verified during the call)."""
    number, params = number_of(call), call.params
    configuration = as_object(params.get("webhook_configuration"))
    if configuration is not None:
        number.override = await verified_override(call.world, configuration)
    if "pin" in params:
        _check_pin(params["pin"])
        number.pin = str(params["pin"])
        meta_acts.emit_number(call.world, number, "security", {"event": "PIN_CHANGED", "requester": "1"})
    name = as_text(params.get("new_display_name"))
    if name is not None:
        if not 3 <= len(name) <= 128:
            raise GraphError(100, message="(#100) Param new_display_name must be 3 to 128 characters.")
        number.requested_name, number.new_name_status = name, "PENDING_REVIEW"
    return {"success": True}


async def verified_override(world: World, values: JSON) -> Override | None:
    """An override callback, verified by the handshake; empty removes it."""
    url = as_text(values.get("override_callback_uri")) or ""
    if not url:
        return None
    token = as_text(values.get("verify_token")) or ""
    if not await world.delivery.verify(url, token):
        raise verification_failed()
    return Override(url=url, verify_token=token)


def verification_failed() -> GraphError:
    return GraphError(
        2200,
        message="(#2200) Callback verification failed with the following errors: curl_errno = 0; curl_error = ; "
        "HTTP Status Code = 403; HTTP Message = Forbidden",
    )


def _check_pin(pin: object) -> None:
    if not re.fullmatch(r"\d{6}", str(pin)):
        raise GraphError(100, message="(#100) Param pin must be 6 digits.")


def request_code(call: Call) -> Answer:
    number, params = number_of(call), call.params
    if params.get("code_method") not in {"SMS", "VOICE"}:
        raise GraphError(100, message="(#100) Param code_method must be one of {SMS, VOICE}.")
    if not params.get("language"):
        raise required("language")
    if number.code_status == "VERIFIED":
        raise GraphError(136024, "The number is already verified.")
    number.code = call.world.mint.digits(6)
    return {"success": True}


def verify_code(call: Call) -> Answer:
    number = number_of(call)
    given = str(call.params.get("code", "")).replace("-", "")
    if number.code is None or given != number.code:
        raise GraphError(136024, "The code is wrong or has expired.")
    number.code, number.code_status = None, "VERIFIED"
    return {"success": True}


def register(call: Call) -> Answer:
    number, params = number_of(call), call.params
    if params.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    _check_pin(params.get("pin"))
    _count_registration(call.world, number)
    if number.code_status != "VERIFIED":
        raise GraphError(133006, "Verify the phone number before you register it.")
    pin = str(params["pin"])
    if number.pin is not None and number.pin != pin:
        number.wrong_pins += 1
        raise GraphError(133008 if number.wrong_pins > 10 else 133005, "The PIN does not match.")
    number.pin, number.wrong_pins, number.is_registered, number.status = pin, 0, True, "CONNECTED"
    return {"success": True}


def deregister(call: Call) -> Answer:
    number = number_of(call)
    _count_registration(call.world, number)
    if not number.is_registered:
        raise GraphError(133010, "The phone number is not registered.")
    number.is_registered = False
    return {"success": True}


def _count_registration(world: World, number: Number) -> None:
    """Ten (de)registrations in 72 hours, then locked for 72 hours."""
    now = world.now()
    number.registrations = [at for at in number.registrations if now - at < HOURS_72_S]
    if now < number.registration_locked_until:
        raise GraphError(133016)
    if len(number.registrations) >= REGISTRATIONS_PER_72_H:
        number.registration_locked_until = now + HOURS_72_S
        raise GraphError(133016)
    number.registrations.append(now)


# profile and settings


def get_profile(call: Call) -> Answer:
    number = number_of(call)
    values: JSON = {"messaging_product": "whatsapp", **number.profile}
    names = call.fields or ["messaging_product"]
    return {"data": [{key: value for key, value in values.items() if key in {*names, "messaging_product"}}]}


def change_profile(call: Call) -> Answer:
    number, params = number_of(call), call.params
    if params.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    for name, limit in PROFILE_LIMITS.items():
        value = params.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > limit or (name == "about" and not value)):
            raise GraphError(100, message=f"(#100) Param {name} must be at most {limit} characters long.")
    email = params.get("email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(email)):
        raise GraphError(100, message="(#100) Param email is not a valid email address.")
    sites = as_list(params.get("websites"))
    if sites is not None and (
        len(sites) > 2 or any(len(str(site)) > 256 or not re.match(r"https?://\S+$", str(site)) for site in sites)
    ):
        raise GraphError(100, message="(#100) Param websites takes 2 URLs of at most 256 characters with http(s)://.")
    vertical = params.get("vertical")
    if vertical and vertical not in VERTICALS:
        raise GraphError(100, message="(#100) Param vertical is not one of the known industries.")
    handle = params.get("profile_picture_handle")
    if handle is not None:
        upload_id = media.upload_of_handle(call.world, str(handle))
        if upload_id is None:
            raise GraphError(100, message="(#100) Param profile_picture_handle is not a valid upload handle.")
        number.profile["profile_picture_url"] = f"{call.world.url}/profile_pictures/{upload_id}"
    known = {*PROFILE_LIMITS, "websites", "vertical"}
    number.profile |= {name: value for name, value in params.items() if name in known}
    return {"success": True}


def get_settings(call: Call) -> Answer:
    number = number_of(call)
    calling: JSON = {
        "status": "DISABLED",
        "call_icon_visibility": "DEFAULT",
        "callback_permission_status": "DISABLED",
        "call_hours": {
            "status": "DISABLED",
            "timezone_id": "UTC",
            "weekly_operating_hours": [],
            "holiday_schedule": [],
        },
    }
    values = {"calling": calling | (as_object(number.settings.get("calling")) or {}), "id": number.id}
    values |= {name: value for name, value in number.settings.items() if name != "calling"}
    return pick(values, call.fields, list(values))


def change_settings(call: Call) -> Answer:
    number = number_of(call)
    allowed = {"calling", "user_identity_change", "storage_configuration", "payload_encryption"}
    params = {name: value for name, value in (call.request.json() or {}).items() if name in allowed}
    if not params:
        raise GraphError(100, message="(#100) No known setting was given.")
    for name, value in params.items():
        known = as_object(number.settings.get(name))
        update = as_object(value)
        number.settings[name] = {**known, **update} if known is not None and update is not None else value
    return {"success": True}


def get_commerce(call: Call) -> Answer:
    number = number_of(call)
    return {"data": [{**number.commerce, "id": number.id}]}


def change_commerce(call: Call) -> Answer:
    number = number_of(call)
    for name in number.commerce:
        if name in call.params:
            number.commerce[name] = as_bool(call.params[name])
    return {"success": True}


def get_automation(call: Call) -> Answer:
    number = number_of(call)
    return {"conversational_automation": number.automation, "id": number.id}


def change_automation(call: Call) -> Answer:
    number, params = number_of(call), call.params
    prompts = texts(params.get("prompts"))
    if len(prompts) > 4 or any(len(prompt) > 80 or EMOJI.search(prompt) for prompt in prompts):
        raise GraphError(100, message="(#100) Param prompts takes 4 prompts of at most 80 characters without emoji.")
    commands = params.get("commands")
    if isinstance(commands, str):
        commands = msgspec.json.decode(commands)
    listed = objects(commands)
    if len(listed) > 30 or any(
        len(str(command.get("command_name", ""))) > 32 or len(str(command.get("command_description", ""))) > 256
        for command in listed
    ):
        raise GraphError(100, message="(#100) Param commands takes 30 commands of 32 and 256 characters.")
    number.automation = without_none(
        prompts=prompts if "prompts" in params else number.automation.get("prompts"),
        commands=listed if "commands" in params else number.automation.get("commands"),
        enable_welcome_message=False,
    )
    return {"success": True}


def get_key(call: Call) -> Answer:
    number = number_of(call)
    return {
        "data": [
            without_none(
                business_public_key=number.public_key,
                business_public_key_signature_status="VALID" if number.public_key else None,
            )
        ]
    }


def set_key(call: Call) -> Answer:
    key = as_text(call.params.get("business_public_key")) or ""
    if "BEGIN PUBLIC KEY" not in key:
        raise GraphError(
            100, message="(#100) Param business_public_key must be a 2048-bit RSA public key in PEM format."
        )
    number_of(call).public_key = key
    return {"success": True}


# sending and media


def send(call: Call) -> Answer:
    return messages.post(call.world, number_of(call), call.request)  # pyright: ignore[reportReturnType]


def send_marketing(call: Call) -> Answer:
    return messages.post(call.world, number_of(call), call.request, is_marketing=True)  # pyright: ignore[reportReturnType]


def upload_media(call: Call) -> Answer:
    return media.upload(call.world, number_of(call), call.request)


def get_media(call: Call) -> Answer:
    item = call.world.state.media[call.object_id]
    return media.describe(call.world, item, call.token, call.request.query.get("phone_number_id"))


def delete_media(call: Call) -> Answer:
    item = call.world.state.media[call.object_id]
    return media.delete(call.world, item, call.request.query.get("phone_number_id"))


# blocking


def list_blocked(call: Call) -> Answer:
    users = call.world.state.users
    items: list[JSON] = [
        {
            "messaging_product": "whatsapp",
            "wa_id": users[key].phone,
            "user_id": call.world.bsuid(users[key], call.world.portfolio_of_number(number_of(call))),
        }
        for key in number_of(call).blocked
    ]
    return page(call, items, key="wa_id")


def block_users(call: Call) -> Answer:
    """Only users who wrote within 24 hours; a partial success is HTTP 400 with both lists."""
    world, number = call.world, number_of(call)
    done: list[JSON] = []
    failed: list[JSON] = []
    for wanted in _wanted_users(call):
        user = _find_user(world, number, wanted)
        conversation = world.conversation(number, user) if user is not None else None
        if user is not None and conversation is not None and world.is_window_open(conversation):
            if len(number.blocked) >= MAX_BLOCKED:
                raise GraphError(139101)
            number.blocked[user.key] = world.now()
            done.append(_shown_user(world, number, wanted, user))
        else:
            failed.append(_failed_user(world, number, wanted, user))
    answer: JSON = {"messaging_product": "whatsapp", "block_users": {"added_users": done}}
    if failed:
        answer["block_users"]["failed_users"] = failed
        raise GraphError(139100, "Failed to block some users.", extra=answer)
    return answer


def unblock_users(call: Call) -> Answer:
    world, number = call.world, number_of(call)
    done: list[JSON] = []
    for wanted in _wanted_users(call):
        user = _find_user(world, number, wanted)
        if user is not None and number.blocked.pop(user.key, None) is not None:
            done.append(_shown_user(world, number, wanted, user))
    return {"messaging_product": "whatsapp", "block_users": {"removed_users": done}}


def _wanted_users(call: Call) -> list[JSON]:
    body = call.request.json() or {}
    if body.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    wanted = objects(body.get("block_users"))
    if not wanted:
        raise required("block_users")
    return wanted


def _find_user(world: World, number: Number, wanted: JSON) -> User | None:
    bsuid = as_text(wanted.get("user_id")) or as_text(wanted.get("user")) or ""
    if "." in bsuid:
        return world.users_by_bsuid.get(bsuid)
    digits = messages.normalise_phone(number, str(wanted.get("user", "")), is_strict=False)
    return world.users_by_phone.get(digits)


def _shown_user(world: World, number: Number, wanted: JSON, user: User) -> JSON:
    conversation = world.conversation(number, user)
    return without_none(
        input=wanted.get("user") or wanted.get("user_id"),
        wa_id=user.phone if world.shows_phone(user, number, conversation) else None,
        user_id=world.bsuid(user, world.portfolio_of_number(number)),
    )


def _failed_user(world: World, number: Number, wanted: JSON, user: User | None) -> JSON:
    error: JSON = {
        "message": "(#131047) Re-engagement message",
        "code": 131047,
        "error_data": {"details": "Only users who messaged this number in the last 24 hours can be blocked."},
    }
    shown = (
        _shown_user(world, number, wanted, user)
        if user is not None
        else {"input": wanted.get("user") or wanted.get("user_id")}
    )
    return {**shown, "errors": [error]}


# links


def get_links(call: Call) -> Answer:
    number = number_of(call)
    if call.rest:
        link = number.links.get(call.rest[0])
        if link is None:
            raise unknown_object("get", call.rest[0])
        return {"data": [_shown_link(call, link)]}
    return page(call, [_shown_link(call, link) for link in number.links.values()], key="code")


def _shown_link(call: Call, link: JSON) -> JSON:
    image = next((name for name in call.fields if name.startswith("qr_image_url")), None)
    shown = {name: value for name, value in link.items() if name != "qr_image_url"}
    return shown | {"qr_image_url": f"{call.world.url}/qr/{link['code']}"} if image else shown


def save_link(call: Call) -> Answer:
    number, params = number_of(call), call.params
    text = as_text(params.get("prefilled_message"))
    if not text or len(text) > 140:
        raise GraphError(100, message="(#100) Param prefilled_message must be 1 to 140 characters long.")
    code = as_text(params.get("code")) or (call.rest[0] if call.rest else None)
    if code is not None:
        if code not in number.links:
            raise unknown_object("post", code)
        number.links[code]["prefilled_message"] = text
        return _shown_link(call, number.links[code])
    form = params.get("generate_qr_image")
    if form is not None and form not in {"PNG", "SVG"}:
        raise GraphError(100, message="(#100) Param generate_qr_image must be one of {PNG, SVG}.")
    code = call.world.mint.code()
    link: JSON = {"code": code, "prefilled_message": text, "deep_link_url": f"https://wa.me/message/{code}"}
    number.links[code] = link
    return link | ({"qr_image_url": f"{call.world.url}/qr/{code}.{str(form).lower()}"} if form is not None else {})


def delete_link(call: Call) -> Answer:
    if not call.rest or number_of(call).links.pop(call.rest[0], None) is None:
        raise unknown_object("delete", call.rest[0] if call.rest else "")
    return {"success": True}


# username


def get_username(call: Call) -> Answer:
    number = number_of(call)
    return {"username": number.username, "status": number.username_status} if number.username else {"data": []}


def set_username(call: Call) -> Answer:
    number = number_of(call)
    name = str(call.params.get("username", ""))
    is_well_formed = (
        re.fullmatch(r"[a-z0-9._]{3,35}", name)
        and re.search(r"[a-z]", name)
        and ".." not in name
        and not name.startswith((".", "www"))
        and not name.endswith((".", ".com", ".net", ".org", ".io"))
    )
    if not is_well_formed:
        raise GraphError(147002)
    taken = next(
        (other for other in call.world.state.numbers.values() if other.username == name and other is not number), None
    )
    if taken is not None:
        if call.params.get("transfer_action") != "force_transfer" or taken.account_id != number.account_id:
            raise GraphError(147001)
        taken.username = None
    number.username, number.username_status = name, "approved"
    meta_acts.emit_number(call.world, number, call.world.knobs.username_field, {"username": name, "status": "approved"})
    return {"status": "approved"}


def delete_username(call: Call) -> Answer:
    number = number_of(call)
    if number.username is None:
        raise GraphError(147005)
    number.username = None
    meta_acts.emit_number(call.world, number, call.world.knobs.username_field, {"status": "deleted"})
    return {"success": True}


def suggest_usernames(call: Call) -> Answer:
    base = re.sub(r"[^a-z0-9]", "", number_of(call).verified_name.lower())[:30] or "business"
    return {"data": [{"username_suggestions": [base, f"{base}.official", f"{base}_shop"]}]}


# the rest


def erase_contact(call: Call) -> Answer:
    """Forget a user in the contact book: from now on a hidden phone is hidden again."""
    world, number = call.world, number_of(call)
    user = world.users_by_bsuid.get(str(call.params.get("bsuid", "")))
    if user is None:
        raise GraphError(100, message="(#100) Param bsuid is not a known user.")
    world.portfolio_of_number(number).contact_book.discard(user.key)
    world.conversation(number, user).phone_seen_at = None
    return {"success": True}


def sync_app_data(call: Call) -> Answer:
    number = number_of(call)
    if not number.is_coexistence:
        raise GraphError(100, message="(#100) This number is not on the WhatsApp Business app.")
    if call.params.get("sync_type") not in {"smb_app_state_sync", "history"}:
        raise GraphError(100, message="(#100) Param sync_type must be one of {smb_app_state_sync, history}.")
    return {"messaging_product": "whatsapp", "request_id": call.world.mint.digits()}
