"""Calling: the actions, their state rules and webhooks, without any audio (docs/whatsapp.md §8.1)."""

from __future__ import annotations

from . import messages, user_acts
from .errors import GraphError, missing, required
from .graph import MESSAGING, Answer, Call, Graph
from .state import Call as PhoneCall
from .state import Conversation, User
from .wire import JSON, as_object, as_text, without_none
from .world import World

DAY_S = 86400.0


def install(graph: Graph) -> None:
    graph.on("number", "POST", "calls", act, scopes=MESSAGING, is_counted=False)
    graph.on("number", "GET", "call_permissions", permissions, scopes=MESSAGING, is_counted=False)


def act(call: Call) -> Answer:
    params = call.params
    if params.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    number = call.world.state.numbers[call.object_id]
    if not number.has_calling:
        raise GraphError(138000, "Calling is not enabled for this phone number.")
    action = params.get("action")
    if action == "connect":
        return _connect(call)
    phone_call = call.world.state.calls.get(str(params.get("call_id")))
    if phone_call is None or phone_call.number_id != number.id or phone_call.state == "ended":
        raise GraphError(138013, "The call does not exist or has ended.")
    match action:
        case "pre_accept" | "accept":
            _answer(call, phone_call, is_final=action == "accept")
        case "reject" | "terminate":
            user_acts.end_call(call.world, phone_call, is_completed=phone_call.connected_at is not None)
        case _:
            raise GraphError(100, message="(#100) Param action is not valid.")
    return {"messaging_product": "whatsapp", "success": True}


def _answer(call: Call, phone_call: PhoneCall, *, is_final: bool) -> None:
    if not phone_call.is_by_user or phone_call.state not in {"ringing", "pre_accepted"}:
        raise GraphError(138013, "The call cannot be accepted.")
    session = as_object(call.params.get("session"))
    if is_final and (session is None or session.get("sdp_type") != "answer"):
        raise missing("session with an SDP answer is required")
    phone_call.state = "connected" if is_final else "pre_accepted"
    if is_final:
        phone_call.connected_at = call.world.now()
        phone_call.biz = as_text(call.params.get("biz_opaque_callback_data"))


def _connect(call: Call) -> JSON:
    world, params = call.world, call.params
    number = world.state.numbers[call.object_id]
    session = as_object(params.get("session"))
    if session is None or session.get("sdp_type") != "offer" or not session.get("sdp"):
        raise missing("session with an SDP offer is required")
    user = _user(call, params.get("to"), params.get("recipient"))
    conversation = world.conversation(number, user)
    if not _may_call(world, conversation):
        raise GraphError(138006, "The user has not given permission to be called.")
    if _calls_today(world, conversation) >= world.knobs.call_limit_per_day:
        raise GraphError(138012)
    phone_call = PhoneCall(
        id=world.mint.call_id(),
        number_id=number.id,
        user_key=user.key,
        is_by_user=False,
        started_at=world.now(),
        biz=as_text(params.get("biz_opaque_callback_data")),
        is_by_phone=bool(params.get("to")),
    )
    world.state.calls[phone_call.id] = phone_call
    user_acts.emit_call_status(world, phone_call, "RINGING")
    return {"messaging_product": "whatsapp", "calls": [{"id": phone_call.id}]}


def _user(call: Call, to: object, recipient: object) -> User:
    number = call.world.state.numbers[call.object_id]
    if to:
        digits = messages.normalise_phone(number, str(to), is_strict=call.world.knobs.strict_numbers)
        found = call.world.users_by_phone.get(digits)
    else:
        found = call.world.users_by_bsuid.get(str(recipient))
    if found is None:
        raise GraphError(131009, "The user is not known.")
    return found


def _may_call(world: World, conversation: Conversation) -> bool:
    until = conversation.call_permission_until
    return conversation.call_permission != "no_permission" and (until is None or world.now() < until)


def _calls_today(world: World, conversation: Conversation) -> int:
    since = world.now() - DAY_S
    return sum(
        item.number_id == conversation.number_id
        and item.user_key == conversation.user_key
        and not item.is_by_user
        and item.connected_at is not None
        and item.connected_at > since
        for item in world.state.calls.values()
    )


def permissions(call: Call) -> Answer:
    """`call_permissions`: what the user allowed, and what is left of the limits."""
    world, query = call.world, call.request.query
    number = world.state.numbers[call.object_id]
    user = _user(call, "+" + query["user_wa_id"].lstrip("+") if "user_wa_id" in query else None, query.get("recipient"))
    conversation = world.conversation(number, user)
    may_call = _may_call(world, conversation)
    until = conversation.call_permission_until
    asked = [at for at in conversation.call_requests if world.now() - at < 7 * DAY_S]
    asked_today = sum(world.now() - at < DAY_S for at in asked)
    calls = _calls_today(world, conversation)
    permission = without_none(
        status=conversation.call_permission if may_call else "no_permission",
        expiration_time=int(until) if may_call and until is not None else None,
    )
    request_limits = [_limit("PT24H", 1, asked_today), _limit("P7D", 2, len(asked))]
    start_limits = [_limit("PT24H", world.knobs.call_limit_per_day, calls)]
    return {
        "messaging_product": "whatsapp",
        "permission": permission,
        "actions": [
            {
                "action_name": "send_call_permission_request",
                "can_perform_action": asked_today < 1 and len(asked) < 2,
                "limits": request_limits,
            },
            {
                "action_name": "start_call",
                "can_perform_action": may_call and calls < world.knobs.call_limit_per_day,
                "limits": start_limits,
            },
        ],
    }


def _limit(period: str, allowed: int, used: int) -> JSON:
    return {"time_period": period, "max_allowed": allowed, "current_usage": used}
