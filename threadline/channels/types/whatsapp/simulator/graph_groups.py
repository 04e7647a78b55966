"""Groups: made by request, told by webhooks, invite-only (docs/whatsapp.md §8.2)."""

from __future__ import annotations

from .errors import GraphError, required
from .graph import MESSAGING, Answer, Call, Graph, page, pick
from .state import Group, Number, User
from .wire import JSON, as_list, as_text, objects, without_none
from .world import World

EITHER = f"{MESSAGING}|whatsapp_business_management"
MAX_PARTICIPANTS = 8
MAX_GROUPS = 10_000


def install(graph: Graph) -> None:
    graph.on("number", "POST", "groups", create, scopes=EITHER)
    graph.on("number", "GET", "groups", list_all, scopes=EITHER)
    graph.on("group", "GET", "", get, scopes=EITHER)
    graph.on("group", "POST", "", change, scopes=EITHER)
    graph.on("group", "DELETE", "", delete, scopes=EITHER)
    graph.on("group", "GET", "invite_link", get_link, scopes=EITHER)
    graph.on("group", "POST", "invite_link", reset_link, scopes=EITHER)
    graph.on("group", "DELETE", "participants", remove_participants, scopes=EITHER)
    graph.on("group", "GET", "join_requests", list_join_requests, scopes=EITHER)
    graph.on("group", "POST", "join_requests", approve_join_requests, scopes=EITHER)
    graph.on("group", "DELETE", "join_requests", reject_join_requests, scopes=EITHER)


def tell(world: World, group: Group, field: str, kind: str, **values: object) -> None:
    number = world.state.numbers[group.number_id]
    item = without_none(type=kind, group_id=group.id, timestamp=str(int(world.now())), **values)
    value: JSON = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.phone, "phone_number_id": number.id},
        "groups": [item],
    }
    world.emit(world.account_of(number), number, field, value)


def create(call: Call) -> Answer:
    """Answers with a request id; the group itself comes by `group_lifecycle_update`."""
    world, params = call.world, call.params
    number = world.state.numbers[call.object_id]
    subject = as_text(params.get("subject"))
    if params.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if not subject or len(subject) > 128:
        raise GraphError(100, message="(#100) Param subject must be 1 to 128 characters.")
    if len(as_text(params.get("description")) or "") > 2048:
        raise GraphError(100, message="(#100) Param description must be at most 2048 characters.")
    if not number.is_official:
        raise GraphError(
            131201, "Groups need an official business account.", message="(#131201) Groups not available", http=400
        )
    if sum(group.number_id == number.id for group in world.state.groups.values()) >= MAX_GROUPS:
        raise GraphError(131202, "Too many groups.", message="(#131202) Group limit reached", http=400)
    group = Group(
        id=world.mint.group_id(),
        number_id=number.id,
        subject=subject,
        description=as_text(params.get("description")) or "",
        join_approval_mode=as_text(params.get("join_approval_mode")) or "auto_approve",
        invite_link=_new_link(world),
        created_at=world.now(),
    )
    world.state.groups[group.id] = group
    request_id = world.mint.digits()
    tell(
        world,
        group,
        "group_lifecycle_update",
        "group_create",
        request_id=request_id,
        subject=subject,
        description=group.description or None,
        invite_link=group.invite_link,
        join_approval_mode=group.join_approval_mode,
    )
    return {"messaging_product": "whatsapp", "request_id": request_id}


def _new_link(world: World) -> str:
    return f"https://chat.whatsapp.com/{world.mint.code(22)}"


def group_of(call: Call) -> Group:
    return call.world.state.groups[call.object_id]


def describe(call: Call, group: Group) -> JSON:
    users = call.world.state.users
    return {
        "messaging_product": "whatsapp",
        "id": group.id,
        "subject": group.subject,
        "description": group.description,
        "join_approval_mode": group.join_approval_mode,
        "creation_timestamp": str(int(group.created_at)),
        "created_at": str(int(group.created_at)),
        "suspended": group.is_suspended,
        "total_participant_count": len(group.participants),
        "participants": [shown_user(call.world, group, users[key]) for key in group.participants],
    }


def shown_user(world: World, group: Group, user: User) -> JSON:
    number = world.state.numbers[group.number_id]
    return {"wa_id": user.phone, "user_id": world.bsuid(user, world.portfolio_of_number(number))}


def get(call: Call) -> Answer:
    values = describe(call, group_of(call))
    return pick(values, call.fields, list(values))


def list_all(call: Call) -> Answer:
    groups = [group for group in call.world.state.groups.values() if group.number_id == call.object_id]
    return page(
        call, [pick(values, call.fields, list(values)) for values in (describe(call, group) for group in groups)]
    )


def change(call: Call) -> Answer:
    group, params = group_of(call), call.params
    request_id = call.world.mint.digits()
    updated: JSON = {}
    for name in ("subject", "description"):
        value = as_text(params.get(name))
        if value is not None:
            setattr(group, name, value)
            updated[name] = value
    for name, value in updated.items():
        changed: JSON = {f"group_{name}": {"text": value, "update_successful": True}}
        tell(call.world, group, "group_settings_update", "group_settings_update", request_id=request_id, **changed)
    return {"messaging_product": "whatsapp", "request_id": request_id}


def delete(call: Call) -> Answer:
    group = group_of(call)
    request_id = call.world.mint.digits()
    tell(call.world, group, "group_lifecycle_update", "group_delete", request_id=request_id)
    del call.world.state.groups[group.id]
    return {"messaging_product": "whatsapp", "request_id": request_id}


def get_link(call: Call) -> Answer:
    return {"messaging_product": "whatsapp", "invite_link": group_of(call).invite_link}


def reset_link(call: Call) -> Answer:
    group_of(call).invite_link = _new_link(call.world)
    return get_link(call)


def remove_participants(call: Call) -> Answer:
    group, world = group_of(call), call.world
    removed: list[JSON] = []
    for wanted in objects(call.params.get("participants")):
        value = str(wanted.get("user") or wanted.get("user_id") or "").lstrip("+")
        user = world.users_by_phone.get(value) or world.users_by_bsuid.get(value)
        if user is not None and user.key in group.participants:
            group.participants.remove(user.key)
            removed.append({"input": value, **shown_user(world, group, user)})
    request_id = world.mint.digits()
    tell(
        world,
        group,
        "group_participants_update",
        "group_participants_remove",
        request_id=request_id,
        removed_participants=removed,
        initiated_by="business",
    )
    return {"messaging_product": "whatsapp", "request_id": request_id}


def join(world: World, number: Number, group: Group, user: User) -> None:
    """A user follows the invite link: in at once, or after approval."""
    if user.key in group.participants:
        return
    if group.join_approval_mode == "approval_required":
        request_id = world.mint.digits()
        group.join_requests[request_id] = user.key
        tell(
            world,
            group,
            "group_participants_update",
            "group_join_request_created",
            join_request_id=request_id,
            **shown_user(world, group, user),
        )
        return
    if len(group.participants) >= MAX_PARTICIPANTS:
        raise GraphError(
            131203, f"The group of {number.verified_name} is full.", message="(#131203) Group is full", http=400
        )
    group.participants.append(user.key)
    _tell_added(world, group, [user])


def _tell_added(world: World, group: Group, users: list[User]) -> None:
    tell(
        world,
        group,
        "group_participants_update",
        "group_participants_add",
        reason="invite_link",
        added_participants=[shown_user(world, group, user) for user in users],
    )


def list_join_requests(call: Call) -> Answer:
    group, users = group_of(call), call.world.state.users
    items: list[JSON] = [
        {
            "join_request_id": key,
            "creation_timestamp": str(int(call.world.now())),
            **shown_user(call.world, group, users[user_key]),
        }
        for key, user_key in group.join_requests.items()
    ]
    return page(call, items, key="join_request_id")


def approve_join_requests(call: Call) -> Answer:
    group, world = group_of(call), call.world
    chosen = _take_requests(call)
    users = [world.state.users[user_key] for user_key in chosen.values()]
    group.participants += [user.key for user in users]
    if users:
        _tell_added(world, group, users)
    return {"messaging_product": "whatsapp", "approved_join_requests": list(chosen)}


def reject_join_requests(call: Call) -> Answer:
    return {"messaging_product": "whatsapp", "rejected_join_requests": list(_take_requests(call))}


def _take_requests(call: Call) -> dict[str, str]:
    group = group_of(call)
    wanted = [str(item) for item in as_list(call.params.get("join_requests")) or []]
    return {key: group.join_requests.pop(key) for key in wanted if key in group.join_requests}
