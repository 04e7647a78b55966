"""`POST /{number}/messages`: the checks of whatsapp.md §9.2 in their order, then acceptance. This is the hot path."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec

from . import checks, media, outcomes, pricing, templates
from .errors import GraphError, invalid, missing, required
from .http import Manner, Request, Response, json_response
from .knobs import SendFault, SendFaultKind
from .state import Conversation, Direction, Group, Message, Number, Template, User
from .wire import JSON, as_object, as_text
from .world import Rate, World

PAIR_BURST = 45.0
PAIR_REFILL_S = 6.0
TYPING_S = 25.0
DAYS_30_S = 30 * 86400.0
PUNCTUATION = str.maketrans("", "", "+-() ")
decode = msgspec.json.Decoder(JSON).decode

ACCEPTING = frozenset(
    {
        SendFaultKind.ACCEPT_500,
        SendFaultKind.ACCEPT_RESET,
        SendFaultKind.ACCEPT_SILENT,
        SendFaultKind.ACCEPT_HALF,
        SendFaultKind.ACCEPT_HTML,
        SendFaultKind.ACCEPT_WRONG_TYPE,
        SendFaultKind.STATUS_FIRST,
        SendFaultKind.DELAY,
    }
)
HTML = b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"


class Recipient(msgspec.Struct):
    user: User
    is_by_phone: bool
    wa_id: str
    is_outdated: bool = False
    group: Group | None = None


def post(
    world: World, number: Number, request: Request, *, is_marketing: bool = False
) -> Response | Awaitable[Response]:
    """Answer one send, read receipt or typing indicator."""
    try:
        payload = decode(request.body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise required("messaging_product") from None
    if payload.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if payload.get("status") == "read":
        _check_number(number)
        return json_response(mark_read(world, number, payload))
    rate = world.rates[number.id]
    rate.arrive(world.now())
    world.attempts[number.id] += 1
    fault = _fault(world, number, payload) if world.knobs.send_faults else None
    if fault is not None and fault.kind not in ACCEPTING:
        return _refuse(world, fault)
    message, recipient, template = _accept(world, number, payload, request.body, rate, is_marketing=is_marketing)
    if fault is not None:
        message.fault = fault.kind
    answer = Response(200, _answer(payload, message, recipient, template), delay_s=world.knobs.answer_delay_s)
    if fault is not None and fault.kind is SendFaultKind.STATUS_FIRST:
        outcomes.start(world, message, 0.0)
        return _after_status(world, message, fault, answer)
    outcomes.start(world, message, world.knobs.answer_delay_s + world.knobs.sent_delay_s)
    return answer if fault is None else _spoil(world, fault, answer)


def _accept(
    world: World, number: Number, payload: JSON, body: bytes, rate: Rate, *, is_marketing: bool
) -> tuple[Message, Recipient, Template | None]:
    """Checks 6–18 in order; after them the message exists."""
    _check_number(number)
    if number.rate_per_s > 0 and not rate.take(world.now(), number.rate_per_s):
        raise GraphError(
            130429,
            "Cloud API message throughput has been reached.",
            subcode=2494055,
            http=world.knobs.throughput_http_status,
        )
    recipient = _recipient(world, number, payload)
    conversation = world.conversation(number, recipient.user)
    tokens = min(PAIR_BURST, conversation.pair_tokens + (world.now() - conversation.pair_at) / PAIR_REFILL_S)
    if tokens < 1.0 and not world.knobs.ignores_pair_limit and recipient.group is None:
        raise GraphError(
            131056,
            "Message failed to send because there were too many messages sent from this phone number to the "
            "same phone number in a short period of time.",
        )
    kind = as_text(payload.get("type")) or "text"
    template = _check_content(world, number, recipient, kind, payload, is_marketing=is_marketing)
    conversation.pair_tokens, conversation.pair_at = max(0.0, tokens - 1.0), world.now()
    message = _new_message(world, number, recipient, conversation, kind, payload, body, template, is_lite=is_marketing)
    if world.knobs.window_errors_are_sync and message.error_code == 131047:
        raise GraphError(
            131047,
            "Message failed to send because more than 24 hours have passed since the customer last "
            "replied to this number.",
        )
    world.add_message(message)
    conversation.typing_until = 0.0
    if recipient.is_by_phone:
        conversation.phone_seen_at = world.now()
    return message, recipient, template


def _check_number(number: Number) -> None:
    if not number.is_registered:
        raise GraphError(133010, "The phone number is not registered with Cloud API.")
    if number.is_in_maintenance:
        raise GraphError(131057, "Business Account is currently in maintenance mode.")
    if number.lock_code is not None:
        raise GraphError(number.lock_code)


# recipient


def _recipient(world: World, number: Number, payload: JSON) -> Recipient:
    to, bsuid = payload.get("to"), payload.get("recipient")
    if payload.get("recipient_type") == "group":
        return _group_recipient(world, number, str(to))
    if to is not None and to != "":
        return _phone_recipient(world, number, str(to))
    if bsuid is None or bsuid == "":
        raise missing("The parameter to is required.")
    return _bsuid_recipient(world, number, str(bsuid))


def normalise_phone(number: Number, to: str, *, is_strict: bool) -> str:
    """Digits with country code; without a leading plus the business's own code is put before foreign-looking digits."""
    digits = to.strip().translate(PUNCTUATION)
    if not digits.isdecimal() or not digits.isascii():
        raise invalid("The parameter to is not a valid phone number.")
    if not to.strip().startswith("+"):
        if is_strict:
            raise invalid("The parameter to needs a plus sign and a country code.")
        if not digits.startswith(number.country_code):
            digits = number.country_code + digits
    if not 7 <= len(digits) <= 18:
        raise invalid("The parameter to is not a valid phone number.")
    return digits


def _phone_recipient(world: World, number: Number, to: str) -> Recipient:
    digits = normalise_phone(number, to, is_strict=world.knobs.strict_numbers)
    if digits == number.phone:
        raise GraphError(131021, "Recipient phone number cannot be the sender phone number.")
    if number.is_sandbox and digits not in number.allowed:
        raise GraphError(
            131030,
            "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
        )
    user = world.users_by_phone.get(digits)
    if user is None:
        user = world.add_user(digits, f"User {digits[-4:]}")
        user.is_on_whatsapp = world.knobs.unknown_users_exist
    return Recipient(user, is_by_phone=True, wa_id=digits)


def _bsuid_recipient(world: World, number: Number, bsuid: str) -> Recipient:
    portfolio = world.portfolio_of_number(number)
    user = world.users_by_bsuid.get(bsuid)
    is_current = user is not None and bsuid in {user.bsuids.get(portfolio.id), user.parent_bsuid}
    is_old = user is not None and user.old_bsuids.get(portfolio.id) == bsuid
    if user is None or not (is_current or is_old):
        raise GraphError(world.knobs.other_portfolio_code, "The parameter recipient is not a user of this portfolio.")
    if number.is_sandbox and user.phone not in number.allowed:
        raise GraphError(131030, "Recipient phone number not in allowed list")
    return Recipient(user, is_by_phone=False, wa_id=user.phone, is_outdated=not is_current)


def _group_recipient(world: World, number: Number, group_id: str) -> Recipient:
    group = world.state.groups.get(group_id)
    if group is None or group.number_id != number.id:
        raise GraphError(131020, f"The group {group_id} does not exist.")
    if group.is_suspended:
        raise GraphError(131041, "The group is suspended.")
    if not group.participants:
        raise GraphError(131020, "The group has no participants.")
    return Recipient(world.state.users[group.participants[0]], is_by_phone=True, wa_id=group_id, group=group)


# content


def _check_content(
    world: World, number: Number, recipient: Recipient, kind: str, payload: JSON, *, is_marketing: bool
) -> Template | None:
    """Checks 15–18, and the one of 13 that needs the template; returns the template if one is sent."""
    if recipient.group is not None and kind in {"interactive", "location", "contacts", "reaction"}:
        raise GraphError(131051, f"Message type {kind} is not supported in groups.")
    if is_marketing and kind != "template":
        raise GraphError(134100, "Only marketing templates can be sent here.")
    checks.check_content(kind, payload)
    _check_envelope(payload)
    if kind in checks.MEDIA_KINDS:
        media.check_reference(world, number, kind, payload[kind])
    elif kind == "interactive":
        _check_interactive_media(world, number, payload["interactive"])
    elif kind == "template":
        return _check_template(world, number, recipient, payload["template"], is_marketing=is_marketing)
    return None


def _check_envelope(payload: JSON) -> None:
    biz = payload.get("biz_opaque_callback_data")
    if biz is not None and (not isinstance(biz, str) or len(biz) > 512):
        raise GraphError(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    context = payload.get("context")
    if context is not None and not as_text((as_object(context) or {}).get("message_id")):
        raise missing("context.message_id is required")


def _check_interactive_media(world: World, number: Number, content: JSON) -> None:
    header = as_object(content.get("header"))
    value = media.header_media(header) if header is not None else None
    if value is not None:
        media.check_reference(world, number, "interactive.header", value)


def _check_template(
    world: World, number: Number, recipient: Recipient, content: JSON, *, is_marketing: bool
) -> Template:
    template = templates.find_sendable(world, number, content)
    if not recipient.is_by_phone and template.category == "AUTHENTICATION":
        raise GraphError(131062, "Authentication templates need a phone number.")
    if is_marketing and template.category != "MARKETING":
        raise GraphError(131055, "Only marketing templates can be sent here.")
    if not is_marketing and template.is_max_price:
        raise GraphError(131061)
    account = world.account_of(number)
    if not is_marketing and template.category == "MARKETING" and account.is_marketing_disabled:
        raise GraphError(131063)
    if template.category == "UTILITY" and (
        account.is_misclassifying or "RESTRICTED_UTILITY_TEMPLATES" in account.restrictions
    ):
        raise GraphError(131064)
    if "RESTRICTED_BIZ_INITIATED_MESSAGING" in account.restrictions:
        raise GraphError(368)
    templates.check_parameters(world, number, template, content)
    return template


# acceptance


def _new_message(
    world: World,
    number: Number,
    recipient: Recipient,
    conversation: Conversation,
    kind: str,
    payload: JSON,
    body: bytes,
    template: Template | None,
    *,
    is_lite: bool,
) -> Message:
    pricing.open_free_entry(world, conversation)
    context = as_object(payload.get("context")) or {}
    message = Message(
        id=world.mint.wamid(recipient.user.phone),
        seq=world.next_sequence(),
        number_id=number.id,
        user_key=recipient.user.key,
        direction=Direction.INCOMING,
        type=kind,
        payload=msgspec.Raw(body),
        at=world.now(),
        to=recipient.wa_id if recipient.is_by_phone else "",
        biz=as_text(payload.get("biz_opaque_callback_data")),
        is_by_phone=recipient.is_by_phone,
        is_window_open=world.is_window_open(conversation),
        is_free_entry=pricing.is_in_free_entry(world, conversation),
        quoted_id=as_text(context.get("message_id")),
        group_id=recipient.group.id if recipient.group is not None else None,
        is_lite=is_lite,
        expires_at=world.now() + world.knobs.message_ttl_s,
    )
    if template is not None:
        message.category = template.category.lower()
        message.template_id = template.id
        message.expires_at = world.now() + _ttl_s(world, template)
        message.is_paced = _is_paced(world, template)
    message.error_code = outcomes.judge(world, number, recipient.user, conversation, message, template)
    if recipient.is_outdated:
        message.error_code = 131026
    if kind == "reaction" and not message.error_code:
        message.error_code = _react(world, message, payload["reaction"])
    if kind == "audio":
        message.is_voice = payload["audio"].get("voice") is True
    key = payload.get("recipient_identity_key_hash")
    if key is not None and key != recipient.user.identity_hash:
        message.error_code = world.knobs.identity_mismatch_code
    return message


def _ttl_s(world: World, template: Template) -> float:
    if template.ttl_s is not None and template.ttl_s > 0:
        return float(template.ttl_s)
    return 600.0 if template.category == "AUTHENTICATION" and template.ttl_s is None else world.knobs.message_ttl_s


def _is_paced(world: World, template: Template) -> bool:
    if not world.knobs.pacing or template.category != "MARKETING" or template.quality == "GREEN":
        return False
    template.is_paced = True
    return world.rng.random() < 0.5


def _react(world: World, message: Message, content: JSON) -> int:
    """Put the business's reaction on a message of this conversation; 131009 if it cannot carry one."""
    target = world.messages.get(str(content["message_id"]))
    if target is None or target.type == "reaction" or world.now() - target.at > DAYS_30_S:
        return 131009
    if (target.number_id, target.user_key) != (message.number_id, message.user_key):
        return 131009
    emoji = as_text(content.get("emoji")) or ""
    if emoji:
        target.reactions["business"] = emoji
    else:
        target.reactions.pop("business", None)
    world.touch(target)
    return 0


def _answer(payload: JSON, message: Message, recipient: Recipient, template: Template | None) -> bytes:
    contact: JSON = {"input": payload.get("to") or payload.get("recipient")}
    if recipient.group is None and recipient.is_by_phone:
        contact["wa_id"] = recipient.wa_id
    elif recipient.group is None:
        contact["user_id"] = payload["recipient"]
    item: JSON = {"id": message.id}
    if message.group_id is not None:
        item["group_id"] = message.group_id
    if template is not None:
        item["message_status"] = "held_for_quality_assessment" if message.is_paced else "accepted"
    return msgspec.json.encode({"messaging_product": "whatsapp", "contacts": [contact], "messages": [item]})


# faults


def _fault(world: World, number: Number, payload: JSON) -> SendFault | None:
    to = str(payload.get("to") or payload.get("recipient") or "")
    kind, biz = str(payload.get("type", "text")), str(payload.get("biz_opaque_callback_data") or "")
    for fault in world.knobs.send_faults:
        if fault.matches(number_id=number.id, to=to, kind=kind, biz=biz) and fault.strikes(world.rng):
            world.count(f"send_fault_{fault.kind}")
            return fault
    return None


def _refuse(world: World, fault: SendFault) -> Response:
    match fault.kind:
        case SendFaultKind.REFUSE_RESET:
            return Response(200, b"", manner=Manner.RESET)
        case SendFaultKind.REFUSE_HTML:
            return Response(fault.http_status or 502, HTML, "text/html")
        case SendFaultKind.REFUSE_THROTTLED:
            error = GraphError(
                fault.code or 130429,
                "Cloud API message throughput has been reached.",
                subcode=2494055,
                http=fault.http_status or 429,
            )
        case _:
            error = GraphError(
                fault.code or 131000, "Message failed to send due to an unknown error.", http=fault.http_status or 500
            )
    return json_response(error.body(world.mint.fbtrace_id()), error.http)


def _spoil(world: World, fault: SendFault, answer: Response) -> Response:
    """The message was accepted, but the sender does not learn it properly."""
    match fault.kind:
        case SendFaultKind.ACCEPT_500:
            error = GraphError(
                fault.code or 131000, "Message failed to send due to an unknown error.", http=fault.http_status or 500
            )
            return json_response(error.body(world.mint.fbtrace_id()), error.http)
        case SendFaultKind.ACCEPT_RESET:
            answer.manner = Manner.RESET
        case SendFaultKind.ACCEPT_SILENT:
            answer.manner = Manner.SILENT
        case SendFaultKind.ACCEPT_HALF:
            answer.manner = Manner.HALF
        case SendFaultKind.ACCEPT_HTML:
            return Response(fault.http_status or 502, HTML, "text/html")
        case SendFaultKind.ACCEPT_WRONG_TYPE:
            answer.content_type = "text/plain; charset=utf-8"
        case _:
            answer.delay_s += fault.delay_s
    return answer


async def _after_status(world: World, message: Message, fault: SendFault, answer: Response) -> Response:
    """Answer only after the business has taken the first status."""
    await world.wait_until_told(f"{message.id}:{'failed' if message.error_code else 'sent'}", max(fault.delay_s, 5.0))
    return answer


# read receipts and typing


def mark_read(world: World, number: Number, payload: JSON) -> JSON:
    """Marks the message and the earlier ones read; with a typing indicator the customer sees typing for 25 s."""
    message = world.messages.get(str(payload.get("message_id")))
    if (
        message is None
        or message.number_id != number.id
        or message.direction is not Direction.OUTGOING
        or world.now() - message.at > DAYS_30_S
    ):
        raise invalid("The message_id is not one of a message that was received within 30 days.")
    outcomes.mark_read_by_business(world, message)
    typing = payload.get("typing_indicator")
    if typing is not None:
        if (as_object(typing) or {}).get("type") != "text":
            raise invalid("typing_indicator.type must be text")
        conversation = world.conversation(number, world.state.users[message.user_key])
        if world.knobs.typing_renews or conversation.typing_until < world.now():
            conversation.typing_until = world.now() + TYPING_S
            world.timers.add(conversation.typing_until, "typing", number.id, message.user_key)
        world.touch_conversation(conversation)
    return {"success": True}
