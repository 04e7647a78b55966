"""Control face, as Meta and as the business's phone app: reviews, news, echoes, raw webhooks."""

from __future__ import annotations

import msgspec

from . import delivery, graph_templates, hooks, meta_acts, outcomes
from .api import Ask, NotFound, find
from .errors import invalid
from .state import (
    Direction,
    Message,
    Progress,
    Webhook,
)
from .wire import JSON, as_bool, as_number, as_object, as_text, without_none

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
